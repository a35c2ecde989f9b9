import type { BuildOptions } from 'esbuild';

/**
 * How code becomes a function's bundle: one ESM file with everything in it. `module` before `main` lets esbuild drop what is not used of the
 * AWS SDK.
 */
export const BUNDLE_OPTIONS = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  mainFields: ['module', 'main'],
  minify: true,
  legalComments: 'none',
  logLevel: 'warning',
  // Packages in CommonJS that call `require` of Node.js's own modules find it under this name.
  banner: {
    js: "import { createRequire } from 'node:module';const require = createRequire(import.meta.url);",
  },
} as const satisfies BuildOptions;
