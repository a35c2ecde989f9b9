import type { Json } from '../json';
import type { Attribute, Schema } from './attribute';
import { SchemaReader, type SchemaProblem } from './schema-reader';

/** A valid schema, or all problems that were found. */
export type ParsedSchema =
  { readonly schema: Schema } | { readonly problems: readonly SchemaProblem[] };

/**
 * Parses the schema of an extension in the form of RFC 7643 section 7, as `/Schemas` serves it.
 * Characteristics that are not given have the defaults of section 2.2.
 * @param urn under which the schema is stored; the schema's `id`, if it has one, must be the same
 */
export function parseExtensionSchema(urn: string, body: Json): ParsedSchema {
  const reader = new SchemaReader();
  const schema = reader.schema(urn, body, 'extension');
  return reader.problems.length > 0 ? { problems: reader.problems } : { schema };
}

/**
 * A part of the old schema whose stored values may not fit the new one: an attribute, a
 * sub-attribute, or, without a name, the whole extension.
 */
export interface LostAttribute {
  readonly name: string | undefined;
  readonly subAttribute: string | undefined;
}

/**
 * Compares two versions of a schema and returns what resources may have stored that does not fit
 * the new one: attributes that are gone, that changed their type or became single- or multi-valued,
 * or that may lack a newly required value.
 */
export function lostAttributes(before: Schema, after: Schema): readonly LostAttribute[] {
  const gone = before.attributes.flatMap((old): readonly LostAttribute[] => {
    const now = after.attributes.find(({ name }) => name === old.name);
    if (now === undefined || !fits(old, now)) return [{ name: old.name, subAttribute: undefined }];
    const [oldParts, parts] = [old.subAttributes ?? [], now.subAttributes ?? []];
    if (hasNewlyRequired(oldParts, parts)) return [{ name: old.name, subAttribute: undefined }];
    const lostParts = oldParts.filter(
      (part) => !parts.some((other) => other.name === part.name && fits(part, other)),
    );
    return lostParts.map((part) => ({ name: old.name, subAttribute: part.name }));
  });
  const isStricter = hasNewlyRequired(before.attributes, after.attributes);
  return isStricter ? [...gone, { name: undefined, subAttribute: undefined }] : gone;
}

function fits(old: Attribute, now: Attribute): boolean {
  return now.type === old.type && now.multiValued === old.multiValued;
}

function hasNewlyRequired(before: readonly Attribute[], after: readonly Attribute[]): boolean {
  return after.some(
    ({ name, required }) => required && before.find((old) => old.name === name)?.required !== true,
  );
}
