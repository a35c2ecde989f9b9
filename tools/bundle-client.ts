import { buildSync } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { LICENSES_FILE, thirdPartyLicenses } from '../lambdas/bundling/licenses';

/*
 * Builds `cdk-scim/client`: one file without dependencies, and its declarations. Programs that
 * import it need nothing else, neither the CDK nor the AWS SDK.
 */

const ROOT = path.join(__dirname, '..');

const { metafile } = buildSync({
  absWorkingDir: ROOT,
  entryPoints: ['client/index.ts'],
  outfile: 'dist/client/index.js',
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  metafile: true,
});
const inputs = Object.keys(metafile.inputs).map((input) => path.join(ROOT, input));
writeFileSync(
  path.join(ROOT, 'dist/client', LICENSES_FILE),
  thirdPartyLicenses('The client of cdk-scim contains', inputs),
);
const tsc = require.resolve('typescript/bin/tsc');
execFileSync(process.execPath, [tsc, '-p', 'tsconfig.client.json'], {
  cwd: ROOT,
  stdio: 'inherit',
});
