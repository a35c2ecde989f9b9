import { existsSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { bundleFunctions, LARGEST_KB } from './bundle-functions';

/* `npm run build`: bundles the functions, so that users of the package need no bundler. */

const outdir = path.join(__dirname, '..', '..', 'dist', 'lambdas');

async function bundle(): Promise<void> {
  // The files beside the bundles are the compiled contract of constructs and functions; keep them.
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
