import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The rules of CONTRIBUTING.md that a program can check. */

const ROOT = path.join(__dirname, '..', '..');
const SOURCE = [
  'bin',
  'lib',
  'lambdas',
  'idp',
  'directory',
  'scim',
  'local',
  'tools',
  'events',
  'client',
  'cli',
  'ui',
];
const CODE = [...SOURCE, 'test', 'bench', 'examples'];

/** The most files directly inside a folder; the default is 16. */
const MOST_FILES: Readonly<Record<string, number>> = { lib: 25, local: 25 };

/** Returns the folders of the given ones, recursively, without dependencies and outputs. */
function foldersIn(folders: readonly string[]): readonly string[] {
  return folders.flatMap((folder) => [
    folder,
    ...foldersIn(
      readdirSync(path.join(ROOT, folder), { withFileTypes: true })
        .filter((entry) => entry.isDirectory() && !/^(?:node_modules|dist|\..*)$/.test(entry.name))
        .map(({ name }) => `${folder}/${name}`),
    ),
  ]);
}

function filesOf(folder: string): readonly string[] {
  return readdirSync(path.join(ROOT, folder), { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => `${folder}/${name}`);
}

function linesOf(file: string): readonly string[] {
  return readFileSync(path.join(ROOT, file), 'utf8').trimEnd().split('\n');
}

const isCode = (file: string): boolean => /\.(?:tsx?|mjs|cjs)$/.test(file);

test('no source file has more than 300 lines', () => {
  const long = foldersIn(SOURCE)
    .flatMap(filesOf)
    .filter((file) => isCode(file) && linesOf(file).length > 300);
  expect(long).toEqual([]);
});

test('no source folder has more than 16 files directly inside, lib and local 25', () => {
  const full = foldersIn(SOURCE).filter(
    (folder) => filesOf(folder).length > (MOST_FILES[folder] ?? 16),
  );
  expect(full).toEqual([]);
});

test('no line of code has more than 100 columns, unless a URL needs them', () => {
  const wide = foldersIn(CODE)
    .flatMap(filesOf)
    .filter(isCode)
    .flatMap((file) =>
      linesOf(file).flatMap((line, index) =>
        line.length > 100 && !/https?:\/\/\S{40}/.test(line) ? [`${file}:${index + 1}`] : [],
      ),
    );
  expect(wide).toEqual([]);
});

test('the README has at most 150 lines, and code within the first 15', () => {
  const lines = linesOf('README.md');
  expect(lines.length).toBeLessThanOrEqual(150);
  expect(lines.slice(0, 15)).toContain('```ts');
});
