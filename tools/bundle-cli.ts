import { buildSync } from 'esbuild';
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { BUNDLE_OPTIONS } from '../lambdas/bundling/bundle-options';
import { LICENSES_FILE, thirdPartyLicenses } from '../lambdas/bundling/licenses';

/*
 * Builds the command `cdk-scim`, without dependencies. It is split into files, so that a command
 * loads only what it needs: most of them is the AWS SDK.
 */

const ROOT = path.join(__dirname, '..');
const OUTDIR = path.join(ROOT, 'dist', 'cli');
const LARGEST_KB = 1000;

rmSync(OUTDIR, { recursive: true, force: true });
const { metafile } = buildSync({
  ...BUNDLE_OPTIONS,
  absWorkingDir: ROOT,
  entryPoints: ['cli/index.ts'],
  outdir: OUTDIR,
  outExtension: { '.js': '.mjs' },
  chunkNames: 'parts/[name]-[hash]',
  splitting: true,
  metafile: true,
});
chmodSync(path.join(OUTDIR, 'index.mjs'), 0o755);
const inputs = Object.keys(metafile.inputs).map((input) => path.join(ROOT, input));
writeFileSync(
  path.join(OUTDIR, LICENSES_FILE),
  thirdPartyLicenses('The command cdk-scim contains', inputs),
);
const bytes = Object.values(metafile.outputs).reduce((sum, output) => sum + output.bytes, 0);
const size = Math.round(bytes / 1024);
if (size > LARGEST_KB) throw new Error(`dist/cli has ${size} KB; the limit is ${LARGEST_KB} KB.`);
process.stdout.write(`dist/cli  ${size} KB of ${LARGEST_KB}\n`);
