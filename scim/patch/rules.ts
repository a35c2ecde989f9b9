/** How PATCH treats requests that RFC 7644 section 3.5.2 refuses or leaves open. */
export interface PatchRules {
  /**
   * Whether PATCH accepts what identity providers send beyond the RFC:
   *
   * - `replace` with a filter that selects no element creates the element that the filter
   *   describes, instead of failing with `noTarget`. A replaced element keeps what the filter says
   *   of it.
   * - `remove` takes a value, which names the elements to remove.
   * - An element that loses its `value` goes away.
   * - An operation on an attribute that the type does not have is skipped.
   * - A message without operations changes nothing.
   */
  readonly tolerant: boolean;
}
