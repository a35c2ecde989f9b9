import { build } from 'esbuild';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { BUNDLE_OPTIONS } from './bundle-options';
import { FUNCTION_NAMES } from './contract';

/**
 * Bundles each function for Lambda, so that a consumer of the package needs no bundler. Run by `npm run build`.
 */
const outdir = path.join(__dirname, '..', 'dist', 'lambdas');

async function bundle(): Promise<void> {
  rmSync(outdir, { recursive: true, force: true });
  const { metafile } = await build({
    ...BUNDLE_OPTIONS,
    entryPoints: FUNCTION_NAMES.map((name) => ({ in: path.join(__dirname, name, 'index.ts'), out: `${name}/index` })),
    outdir,
    outExtension: { '.js': '.mjs' },
    metafile: true,
  });
  for (const [file, { bytes }] of Object.entries(metafile.outputs)) {
    process.stdout.write(`${path.relative(process.cwd(), file)}  ${Math.round(bytes / 1024)} KB\n`);
  }
}

bundle().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
});
