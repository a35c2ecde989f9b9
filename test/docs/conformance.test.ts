import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { EXCEPTIONS } from '../conformance/exceptions';

const root = path.join(__dirname, '..', '..');
const text = readFileSync(path.join(root, 'docs', 'reference', 'conformance.md'), 'utf8');
const rows = [...text.matchAll(/\| `(test\/[^`]+)` › (.+?) *\|$/gm)].map(
  ([, file = '', name = '']) => ({
    file,
    name,
  }),
);

test('every test that docs/reference/conformance.md names exists', () => {
  expect(rows.length).toBeGreaterThan(40);
  const missing = rows.filter(({ file, name }) => {
    const full = path.join(root, file);
    return !existsSync(full) || !readFileSync(full, 'utf8').replaceAll("\\'", "'").includes(name);
  });
  expect(missing).toEqual([]);
});

test('docs/reference/conformance.md explains every excepted check', () => {
  for (const { check } of EXCEPTIONS) expect(text).toContain(check);
});
