import { asList, asProperties, member, type Part } from './template';

/**
 * Whether an event is one that a filter of an event source mapping lets pass.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
 * @throws Error for a rule that running locally does not need so far
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
    throw new Error(`Cannot apply the filter rule ${JSON.stringify(rule)} on this machine.`);
  return exists === (value !== undefined);
}
