import { asList, asProperties, member, type Part } from './template';

/**
 * Returns whether an event passes a filter of an event source mapping.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
 * @throws Error for a filter rule that the local runtime does not support
 */
export function passesFilter(pattern: Part, event: unknown): boolean {
  return Object.entries(asProperties(pattern)).every(([name, expected]) => {
    const value = member(event, name);
    if (!Array.isArray(expected)) return passesFilter(expected, value);
    return asList(expected).some((rule) => passesRule(rule, value));
  });
}

function passesRule(rule: Part, value: Part | undefined): boolean {
  if (typeof rule !== 'object' || rule === null) return rule === value;
  const exists = member(rule, 'exists');
  if (typeof exists !== 'boolean')
    throw new Error(`The local runtime does not support the filter rule ${JSON.stringify(rule)}.`);
  return exists === (value !== undefined);
}
