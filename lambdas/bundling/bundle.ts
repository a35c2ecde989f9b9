import { existsSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { bundleFunctions, LARGEST_KB } from './bundle-functions';

/**
 * Bundles each function for Lambda, so that a consumer of the package needs no bundler. Run by `npm run build`.
 */
const outdir = path.join(__dirname, '..', '..', 'dist', 'lambdas');

async function bundle(): Promise<void> {
  // Beside the bundles lies what the construct shares with the functions, compiled.
  for (const entry of existsSync(outdir) ? readdirSync(outdir, { withFileTypes: true }) : []) {
    if (entry.isDirectory()) rmSync(path.join(outdir, entry.name), { recursive: true });
  }
  for (const [name, bytes] of await bundleFunctions(outdir)) {
    const file = path.relative(process.cwd(), path.join(outdir, name, 'index.mjs'));
    process.stdout.write(`${file}  ${Math.round(bytes / 1024)} KB of ${LARGEST_KB[name]}\n`);
  }
}

bundle().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
});
