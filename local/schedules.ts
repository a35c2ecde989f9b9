import type { Clock } from './clock';
import type { LocalFunction } from './local-function';
import { asList, asProperties, asText, member, referenced, type Template } from './template';

/**
 * Invokes functions on the template's schedules.
 * @returns a function that ends them
 */
export function startSchedules(
  template: Template,
  functions: readonly LocalFunction[],
  clock: Clock,
): () => void {
  const definitions = template.ofType('AWS::Lambda::Function');
  const ends = template.ofType('AWS::Events::Rule').flatMap(({ properties }) => {
    // Rules without a schedule forward CloudWatch alarms, which do not exist locally.
    if (properties['ScheduleExpression'] === undefined) return [];
    const every = milliseconds(asText(properties['ScheduleExpression']));
    return asList(properties['Targets']).flatMap((target) => {
      const definition = referenced(member(target, 'Arn'), definitions);
      const fn = functions.find(({ logicalId }) => logicalId === definition?.logicalId);
      if (fn === undefined) return [];
      const input = member(target, 'Input');
      const event =
        input === undefined
          ? { 'detail-type': 'Scheduled Event' }
          : asProperties(JSON.parse(asText(input)));
      return [clock.every(every, () => fn.invoke(event))];
    });
  });
  return () => {
    for (const end of ends) end();
  };
}

const UNITS: Readonly<Record<string, number>> = {
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
};

/** @throws Error for a schedule expression that the local runtime does not support */
function milliseconds(expression: string): number {
  const [, count = '', unit = ''] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  const length = UNITS[unit];
  if (length === undefined)
    throw new Error(`The local runtime does not support the schedule "${expression}".`);
  return Number(count) * length;
}
