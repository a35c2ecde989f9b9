import { build } from 'esbuild';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { FUNCTION_NAMES } from './contract';

/**
 * Bundles each function for Lambda: one ESM file with everything in it, so that a consumer of the package needs no bundler.
 * `module` before `main` lets esbuild drop what is not used of the AWS SDK. Run by `npm run build`.
 */
const outdir = path.join(__dirname, '..', 'dist', 'lambdas');

async function bundle(): Promise<void> {
  rmSync(outdir, { recursive: true, force: true });
  const { metafile } = await build({
    entryPoints: FUNCTION_NAMES.map((name) => ({ in: path.join(__dirname, name, 'index.ts'), out: `${name}/index` })),
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    mainFields: ['module', 'main'],
    minify: true,
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
    // Packages in CommonJS that call `require` of Node.js's own modules find it under this name.
    banner: { js: "import { createRequire } from 'node:module';const require = createRequire(import.meta.url);" },
  });
  for (const [file, { bytes }] of Object.entries(metafile.outputs)) {
    process.stdout.write(`${path.relative(process.cwd(), file)}  ${Math.round(bytes / 1024)} KB\n`);
  }
}

bundle().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
});
