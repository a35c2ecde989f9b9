import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Name of the file beside the bundles. */
export const LICENSES_FILE = 'THIRD-PARTY-LICENSES';

/** A package of which a bundle contains code. */
interface BundledPackage {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  /** The text of its license file. */
  readonly text: string;
}

/**
 * Returns the licenses of all packages of which the bundles contain code.
 * @param subject what contains the code, with its verb
 * @param inputs absolute paths of the files of the bundles
 * @throws Error for a package without a license
 */
export function thirdPartyLicenses(subject: string, inputs: readonly string[]): string {
  const folders = new Set(inputs.flatMap((input) => packageFolder(input) ?? []));
  const packages = [...folders]
    .map(packageIn)
    .sort((a, b) => `${a.name}@${a.version}`.localeCompare(`${b.name}@${b.version}`, 'en'));
  const sections = packages.map(
    ({ name, version, license, text }) => `${name}@${version} (${license})\n\n${text.trim()}\n`,
  );
  return [`${subject} code of these packages.\n`, ...new Set(sections)].join(
    `\n${'-'.repeat(80)}\n\n`,
  );
}

/** Returns the folder of the package that a file belongs to; undefined for our own files. */
function packageFolder(file: string): string | undefined {
  const marker = `${path.sep}node_modules${path.sep}`;
  const start = file.lastIndexOf(marker);
  if (start === -1) return undefined;
  const [first = '', second = ''] = file.slice(start + marker.length).split(path.sep);
  const name = first.startsWith('@') ? path.join(first, second) : first;
  return path.join(file.slice(0, start + marker.length), name);
}

function packageIn(folder: string): BundledPackage {
  const { name, version, license } = JSON.parse(
    readFileSync(path.join(folder, 'package.json'), 'utf8'),
  ) as { readonly name: string; readonly version: string; readonly license?: string };
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (license === undefined) throw new Error(`The package ${name} has no license.`);
  // Some packages name their license in the manifest only.
  const text =
    file === undefined
      ? `See https://spdx.org/licenses/${license}.html`
      : readFileSync(path.join(folder, file), 'utf8');
  return { name, version, license, text };
}
