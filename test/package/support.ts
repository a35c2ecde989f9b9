import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

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

/** Returns the resources of a template as JSON, without what depends on versions and languages. */
export function resourcesOf(output: string): string {
  const template = JSON.parse(
    readFileSync(path.join(output, 'Identity.template.json'), 'utf8'),
  ) as { readonly Resources: Readonly<Record<string, { readonly Metadata?: unknown }>> };
  const resources = Object.entries(template.Resources).flatMap(
    ([id, { Metadata: _, ...resource }]) => (id === 'CDKMetadata' ? [] : [[id, resource]]),
  );
  return JSON.stringify(resources.sort());
}
