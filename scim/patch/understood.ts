import { notUnderstood, requiredMissing } from '../errors/value-errors';
import { isPresent } from '../filter/evaluate';
import { isArray, isObject, ownIgnoringCase, type Json, type JsonObject } from '../json';
import type { Attributes } from '../resource/parse';
import { findSubAttribute, type Attribute } from '../schema/attribute';
import type { ResourceType } from '../schema/resource-type';

/* Checks that keep a value which is not understood from removing what is stored. */

/** Sub-attributes that say something about an element, and are not its content. */
const LABELS: ReadonlySet<string> = new Set(['type', 'primary', 'display']);

/**
 * Checks the lists and complex values of a PUT like those of a `replace`: an attribute that is sent
 * must not go away because it is not understood.
 * @param body as sent, in RFC form
 * @param parsed what was understood of it
 * @throws ScimError 400 `invalidValue`
 */
export function checkReplacement(type: ResourceType, body: Json, parsed: Attributes): void {
  if (!isObject(body)) return;
  checkValues(type.attributes, body, parsed);
  for (const { id, attributes } of type.extensions) {
    const [sent, understood] = [ownIgnoringCase(body, id), parsed[id] ?? {}];
    if (isObject(sent) && isObject(understood)) checkValues(attributes, sent, understood);
  }
}

function checkValues(
  definitions: readonly Attribute[],
  sent: JsonObject,
  parsed: JsonObject,
): void {
  for (const attribute of definitions) {
    const { name, multiValued, mutability } = attribute;
    const value = mutability === 'readOnly' ? null : ownIgnoringCase(sent, name);
    // `schemas` is derived, and members are checked where they are read.
    if (name === 'schemas' || name === 'members') continue;
    if (!multiValued) {
      if (parsed[name] === undefined && isUnknown(attribute, value)) {
        throw notUnderstood(name, value);
      }
      continue;
    }
    if (!isArray(value) || value.length === 0) continue;
    if (parsed[name] === undefined) throw notUnderstood(name, value);
    for (const element of value) checkUnderstood(attribute, element);
    checkIdentified(attribute, parsed[name]);
  }
}

/** Returns whether a complex value has content, and all of it under names that are not known. */
function isUnknown(attribute: Attribute, value: Json | undefined): value is JsonObject {
  return (
    attribute.subAttributes !== undefined &&
    isObject(value) &&
    isPresent(value) &&
    Object.keys(value).every((name) => findSubAttribute(attribute, name) === undefined)
  );
}

/**
 * Refuses a new element of which only labels are understood: `{"type": "work", "street": "…"}`
 * would replace a whole address by its type.
 */
export function checkUnderstood(attribute: Attribute, sent: Json): void {
  if (!isObject(sent)) return;
  const parts = Object.keys(sent).map((name) => findSubAttribute(attribute, name));
  const isContent = (part: Attribute | undefined): boolean =>
    part !== undefined && !LABELS.has(part.name);
  if (parts.includes(undefined) && !parts.some(isContent))
    throw notUnderstood(attribute.name, sent);
}

/**
 * Refuses elements that all lack the `value` which they would need to stay. The client may have
 * meant another name.
 */
export function checkIdentified(attribute: Attribute, parsed: Json | undefined): void {
  if (!isArray(parsed) || findSubAttribute(attribute, 'value') === undefined) return;
  if (parsed.every((element) => isObject(element) && element['value'] === undefined)) {
    throw requiredMissing(`${attribute.name}.value`);
  }
}
