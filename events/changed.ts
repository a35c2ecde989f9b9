import { changedPaths } from '../directory/log/attribute-changes';
import { equalJson, type JsonObject } from '../scim/json';
import type { Attributes } from '../scim/resource/parse';

/**
 * Returns what a change affects: the fields of the profile that differ, then the SCIM paths of the
 * attributes that differ.
 */
export function changedNames(
  profiles: readonly [before: JsonObject, after: JsonObject],
  attributes: readonly [before: Attributes, after: Attributes],
): readonly string[] {
  const [before, after] = profiles;
  const fields = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (name) => !equalJson(before[name], after[name]),
  );
  return [...new Set([...fields, ...changedPaths(...attributes)])];
}
