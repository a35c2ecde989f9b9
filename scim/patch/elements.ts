import { morePrimaries } from '../errors/value-errors';
import { isObject, type Json } from '../json';
import type { Attribute } from '../schema/attribute';

/**
 * Drops empty elements of a multi-valued attribute and leaves at most one primary element: an
 * element that becomes primary takes `primary` from the others (RFC 7644 section 3.5.2).
 * @param touched indexes of the elements that the operation set
 * @returns the elements; undefined if none is left
 * @throws ScimError 400 `invalidValue` if the operation sets several primary elements
 */
export function normalizeElements(
  attribute: Attribute,
  elements: readonly Json[],
  touched: Iterable<number>,
): Json | undefined {
  const primaries = [...touched].filter((index) => isPrimary(elements[index]));
  if (primaries.length > 1) throw morePrimaries(attribute.name);
  const [primary] = primaries;
  const single = elements.map((element, index) =>
    primary !== undefined && index !== primary && isObject(element) && isPrimary(element)
      ? { ...element, primary: false }
      : element,
  );
  const filled = single.filter((element) => !isObject(element) || Object.keys(element).length > 0);
  return filled.length === 0 ? undefined : filled;
}

function isPrimary(element: Json | undefined): boolean {
  return isObject(element) && element['primary'] === true;
}
