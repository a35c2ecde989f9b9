import { readdirSync, readFileSync, existsSync } from 'node:fs';
import path from 'node:path';
import { IDENTITY_PROVIDERS } from '../../idp/profiles/registry';

/** Links of the Markdown files, in the repository and in the packed package. */

const ROOT = path.join(__dirname, '..', '..');
const REPOSITORY = 'https://github.com/cdk-scim/cdk-scim/';

const DOCUMENTS = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...readdirSync(path.join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => path.join('docs', name)),
  path.join('bench', 'RESULTS.md'),
];

const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');

/** Returns the targets of inline links, images and link definitions outside of code. */
function linksOf(file: string): readonly string[] {
  const prose = read(file)
    .replaceAll(/^( *)```[\s\S]*?^\1```$/gm, '')
    .replaceAll(/`[^`\n]*`/g, '');
  const found = prose.matchAll(/\]\(([^)\s]+)\)|^\[[^\]]+\]: (\S+)$|href="([^"]+)"/gm);
  return [...found].map(([, inline, defined, html]) => inline ?? defined ?? html ?? '');
}

/** Returns the anchors that GitHub gives to the headings of a file. */
function anchorsOf(file: string): readonly string[] {
  const text = read(file);
  const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .replaceAll(/<[^>]*>/g, '')
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .trim()
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
  const explicit = [...text.matchAll(/(?:id|name)="([^"]+)"/g)].map(([, id = '']) => id);
  return [...headings, ...explicit];
}

/** Returns whether a link to this repository leads to something that exists. */
function isAlive(from: string, link: string): boolean {
  const isAbsolute = link.startsWith(REPOSITORY);
  const relative = link.replace(REPOSITORY, '').replace(/^(?:blob|tree)\/main\//, '');
  const [target = '', anchor] = relative.split('#');
  const file =
    target === '' ? from : isAbsolute ? target : path.join(path.dirname(from), decodeURI(target));
  if (!existsSync(path.join(ROOT, file))) return false;
  return anchor === undefined || !file.endsWith('.md') || anchorsOf(file).includes(anchor);
}

test.each(DOCUMENTS)('the links of %s lead to files and headings that exist', (file) => {
  const dead = linksOf(file)
    .filter((link) => !/^(?:https?|mailto):/.test(link) || /\/(?:blob|tree)\/main\//.test(link))
    .filter((link) => !isAlive(file, link));
  expect(dead).toEqual([]);
});

test.each(IDENTITY_PROVIDERS.filter((name) => name !== 'rfc'))(
  'the index of the guides links the guide of %s',
  (name) => {
    expect(linksOf(path.join('docs', 'guides', 'README.md'))).toContain(`${name}.md`);
  },
);

test.each(['README.md', 'API.md', 'CHANGELOG.md'])(
  'the links of %s are alive in the packed package',
  (file) => {
    const { files } = JSON.parse(read('package.json')) as { readonly files: readonly string[] };
    const packed = ['README.md', 'LICENSE', 'package.json', ...files];
    const dead = linksOf(file).filter(
      (link) => !/^(?:https:|#)/.test(link) && !packed.includes(link.replace(/#.*/, '')),
    );
    expect(dead).toEqual([]);
  },
);
