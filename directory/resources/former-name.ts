import { foldCase } from '../../scim/filter/compare';
import { asText, isObject, type JsonObject } from '../../scim/json';
import type { Attributes } from '../../scim/resource/parse';
import type { Item, ItemValue } from '../store/item';

/*
 * While user names are converted (docs/decisions/0023-user-names.md), a converted user is found by
 * the name that it had before, too, and a client that sends this name changes nothing.
 */

/** The `userName` that a user had before a conversion. */
export interface FormerName {
  /** Id of the conversion. */
  readonly conversion: string;
  readonly from: string;
  /** The name that it was converted to. */
  readonly to: string;
}

/** Reads the former name of a user's item; undefined if there is none. */
export function formerNameFrom({ formerName }: Item): FormerName | undefined {
  if (!isObject(formerName)) return undefined;
  const { conversion, from, to } = formerName;
  return { conversion: asText(conversion), from: asText(from), to: asText(to) };
}

/** Returns a former name as an attribute of a user's item. */
export function formerNameToItem({ conversion, from, to }: FormerName): ItemValue {
  return { conversion, from, to };
}

/** Returns whether two user names are the same, as filters and keys compare them. */
export function isSameName(one: string, other: string): boolean {
  return foldCase(one).trim() === foldCase(other).trim();
}

/** Returns a user's attributes with its present name, if a client sent the former one. */
export function withPresentName(
  current: { readonly attributes: Attributes; readonly formerName?: FormerName },
  attributes: Attributes,
): Attributes {
  const { formerName } = current;
  const isFormer =
    formerName !== undefined && isSameName(asText(attributes['userName']), formerName.from);
  return isFormer ? { ...attributes, userName: current.attributes['userName'] } : attributes;
}

/** Returns the forms in which filters see a resource: as it is, and under its former name. */
export function viewsForFilters<View extends JsonObject>(
  view: View,
  formerName: FormerName | undefined,
): readonly View[] {
  return formerName === undefined ? [view] : [view, { ...view, userName: formerName.from }];
}
