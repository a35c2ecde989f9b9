import { build } from 'esbuild';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { FUNCTION_NAMES, type FunctionName } from '../contract';
import { BUNDLE_OPTIONS } from './bundle-options';
import { LICENSES_FILE, thirdPartyLicenses } from './licenses';

const ROOT = path.join(__dirname, '..', '..');

/**
 * Maximum sizes of the bundles in KB. A bundle that outgrows its limit usually contains a new
 * dependency, and starts more slowly. The SCIM functions contain `jose` only, the others
 * clients of the AWS SDK, and the administrative ones also validation.
 */
export const LARGEST_KB: Readonly<Record<FunctionName, number>> = {
  users: 205,
  groups: 210,
  bulk: 240,
  search: 195,
  discovery: 145,
  resources: 200,
  oauth: 140,
  'security-events': 530,
  dispatcher: 500,
  completion: 120,
  'token-rotation': 480,
  notifications: 450,
  webhooks: 450,
  requests: 235,
  admin: 785,
  application: 160,
  ui: 300,
  'declared-connections': 560,
};

/**
 * Bundles each function into a folder with its name, and writes the licenses of the packages that
 * the bundles contain beside them. The output depends on the sources only.
 * @returns bytes by function
 * @throws Error if a bundle is larger than its limit
 */
export async function bundleFunctions(outdir: string): Promise<ReadonlyMap<FunctionName, number>> {
  const { metafile } = await build({
    ...BUNDLE_OPTIONS,
    entryPoints: FUNCTION_NAMES.map((name) => ({
      in: path.join(__dirname, '..', 'functions', name, 'index.ts'),
      out: `${name}/index`,
    })),
    outdir,
    outExtension: { '.js': '.mjs' },
    // The metafile names its files relative to this folder.
    absWorkingDir: ROOT,
    metafile: true,
  });
  const inputs = Object.keys(metafile.inputs).map((input) => path.join(ROOT, input));
  writeFileSync(
    path.join(outdir, LICENSES_FILE),
    thirdPartyLicenses('The functions of cdk-scim contain', inputs),
  );
  const outputs = Object.entries(metafile.outputs);
  const sizes = new Map(
    FUNCTION_NAMES.map((name) => [
      name,
      outputs.find(([file]) => file.endsWith(`${name}/index.mjs`))?.[1].bytes ?? 0,
    ]),
  );
  for (const [name, bytes] of sizes) {
    if (bytes <= LARGEST_KB[name] * 1024) continue;
    const size = Math.round(bytes / 1024);
    throw new Error(
      `The bundle of "${name}" has ${size} KB; the limit is ${LARGEST_KB[name]} KB. See ` +
        'lambdas/bundling/bundle-functions.ts.',
    );
  }
  return sizes;
}
