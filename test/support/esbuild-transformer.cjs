// Compiles TypeScript for jest. `npm run check` checks the types.
const { transformSync } = require('esbuild');

function loaderOf(file) {
  if (/\.(?:css|asset\.js)$/.test(file)) return 'text';
  return file.endsWith('.tsx') ? 'tsx' : file.endsWith('.js') ? 'js' : 'ts';
}

module.exports = {
  process(source, file) {
    const { code, map } = transformSync(source, {
      loader: loaderOf(file),
      jsx: 'automatic',
      jsxImportSource: 'hono/jsx',
      format: 'cjs',
      target: 'node20',
      // Modules that a test file imports later are loaded like all others.
      supported: { 'dynamic-import': false },
      sourcemap: 'external',
      sourcefile: file,
    });
    return { code, map };
  },
};
