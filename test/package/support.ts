import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';

export const ROOT = path.join(__dirname, '..', '..');
export const EXAMPLES = path.join(ROOT, 'examples');

/** Runs a program quietly. @throws Error if it fails */
export function run(program: string, args: readonly string[], cwd: string): void {
  execFileSync(program, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
}

/** @throws Error with the problem unless the condition holds */
export function check(condition: boolean, problem: string): void {
  if (!condition) throw new Error(problem);
}

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Synthesizes an app. @param output folder of the cloud assembly, relative to the folder */
export function synthesize(folder: string, app: string, output: string): void {
  run('npx', ['cdk', 'synth', '--quiet', '--no-lookups', '--app', app, '--output', output], folder);
}

/** Checks that the template has functions, and that each has a bundle. */
export function checkOutput(output: string): void {
  const template = readFileSync(path.join(output, 'Identity.template.json'), 'utf8');
  // Feature flags add functions of the CDK's own, which have another handler.
  const functions = template.split('"Handler": "index.handler"').length - 1;
  const bundles = readdirSync(output).filter((entry) =>
    existsSync(path.join(output, entry, 'index.mjs')),
  );
  check(
    functions > 0 && functions === bundles.length,
    `Found ${functions} functions but ${bundles.length} bundles.`,
  );
}

type Resources = Readonly<Record<string, { readonly Metadata?: unknown }>>;

/**
 * Compares the resources of two templates, without what depends on versions and languages.
 * @throws Error with the ids of the resources that differ
 */
export function checkSame(output: string, expected: string): void {
  const [found, wanted] = [resourcesOf(output), resourcesOf(expected)];
  const different = [...new Set([...found.keys(), ...wanted.keys()])].filter(
    (id) => !isDeepStrictEqual(found.get(id), wanted.get(id)),
  );
  check(different.length === 0, `${output} differs from ${expected} in ${different.join(', ')}.`);
}

function resourcesOf(output: string): ReadonlyMap<string, object> {
  const { Resources: resources } = JSON.parse(
    readFileSync(path.join(output, 'Identity.template.json'), 'utf8'),
  ) as { readonly Resources: Resources };
  return new Map(
    Object.entries(resources).flatMap(([id, { Metadata: _, ...resource }]) =>
      id === 'CDKMetadata' ? [] : [[id, resource]],
    ),
  );
}
