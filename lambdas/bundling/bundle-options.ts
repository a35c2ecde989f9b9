import type { BuildOptions } from 'esbuild';

/**
 * esbuild options of all functions: one ESM file with all dependencies. `module` before `main` lets
 * esbuild drop the unused parts of the AWS SDK; UTF-8 spares zod's messages escape sequences.
 */
export const BUNDLE_OPTIONS = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  mainFields: ['module', 'main'],
  minify: true,
  charset: 'utf8',
  legalComments: 'none',
  jsx: 'automatic',
  jsxImportSource: 'hono/jsx',
  // The style sheet and the script of pages are part of their function.
  loader: { '.css': 'text', '.asset.js': 'text' },
  logLevel: 'warning',
  banner: {
    // CommonJS packages that load Node.js modules need `require`.
    js: "import { createRequire } from 'node:module';const require=createRequire(import.meta.url);",
  },
} as const satisfies BuildOptions;
