import { readFileSync } from 'node:fs';

/** Returns the resources of an export in the order of their texts, without versions. */
export function resourcesIn(file: string): readonly string[] {
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  return lines
    .map((line) => {
      const { meta, ...resource } = JSON.parse(line) as { readonly meta: object };
      return JSON.stringify({ ...resource, meta: { ...meta, version: undefined } });
    })
    .sort();
}
