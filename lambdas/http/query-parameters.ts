import type { Parameters } from '../../scim/list/query';

/**
 * Reads query parameters that API Gateway has decoded.
 *
 * Some clients write the spaces of a filter as `+` (AzureAD/SCIMReferenceCode issue 63), and API
 * Gateway does not document whether it decodes them. Attribute names contain no plus sign, so a
 * plus after the first word of a filter is a space. Inside quoted strings it stays:
 * `"a+b@example.com"`.
 */
export function readParameters(
  parameters: Readonly<Record<string, string | undefined>>,
): Parameters {
  const { filter } = parameters;
  if (filter === undefined || !/^[\w$:.[\]-]+\+/.test(filter)) return parameters;
  const spaced = filter.replace(/"(?:[^"\\]|\\.)*"|\+/gs, (match) => (match === '+' ? ' ' : match));
  return { ...parameters, filter: spaced };
}
