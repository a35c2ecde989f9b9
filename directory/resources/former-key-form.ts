import { isNormalizable } from '../../scim/filter/compare';
import type { Attribute } from '../../scim/schema/attribute';

/**
 * Returns the form in which releases up to 0.2.0 stored an indexed value: with white space around
 * it, and without composing letters after they were lower-cased. `completion/earlier-items.ts`
 * converts these items. Until it has, both forms are read, and neither may be taken by another
 * resource.
 * @returns undefined if it is the same as the current form, as for almost all values
 */
export function formerKeyForm(
  attribute: Attribute,
  value: string,
  current: string,
): string | undefined {
  if (attribute.caseExact || !isNormalizable(value)) return undefined;
  const former = value.normalize('NFC').toLowerCase().replaceAll('ς', 'σ');
  return former === current ? undefined : former;
}
