import { build } from 'esbuild';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { BUNDLE_OPTIONS } from './bundle-options';
import { FUNCTION_NAMES } from './contract';

/**
 * Bundles each function for Lambda, so that a consumer of the package needs no bundler. Run by `npm run build`.
 */
const outdir = path.join(__dirname, '..', 'dist', 'lambdas');

async function bundle(): Promise<void> {
  // Beside the bundles lies what the construct shares with the functions, compiled.
  for (const entry of existsSync(outdir) ? readdirSync(outdir, { withFileTypes: true }) : []) {
    if (entry.isDirectory()) rmSync(path.join(outdir, entry.name), { recursive: true });
  }
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
