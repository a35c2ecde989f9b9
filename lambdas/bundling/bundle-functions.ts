import { build } from 'esbuild';
import path from 'node:path';
import { BUNDLE_OPTIONS } from './bundle-options';
import { FUNCTION_NAMES, type FunctionName } from '../contract';

/**
 * Kilobytes that a bundle may have. A larger one starts more slowly, and mostly because of a dependency that crept in: the directory's functions have none but their own code, the others
 * clients of the AWS SDK, and those of administrators the validation of bodies.
 */
export const LARGEST_KB: Readonly<Record<FunctionName, number>> = {
  users: 150,
  groups: 150,
  bulk: 150,
  search: 150,
  discovery: 100,
  completion: 75,
  'token-rotation': 450,
  notifications: 450,
  admin: 1000,
  'declared-connections': 1000,
};

/**
 * Bundles each function into a folder of its name. The same sources make the same bundles, wherever and whenever.
 * @returns bytes by function
 * @throws Error when one is larger than it may be
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
    metafile: true,
  });
  const outputs = Object.entries(metafile.outputs);
  const sizes = new Map(
    FUNCTION_NAMES.map((name) => [
      name,
      outputs.find(([file]) => file.endsWith(`${name}/index.mjs`))?.[1].bytes ?? 0,
    ]),
  );
  for (const [name, bytes] of sizes) {
    if (bytes <= LARGEST_KB[name] * 1024) continue;
    const found = Math.round(bytes / 1024);
    throw new Error(
      `The bundle of "${name}" has ${found} KB, and ${LARGEST_KB[name]} at most: lambdas/bundling/bundle-functions.ts`,
    );
  }
  return sizes;
}
