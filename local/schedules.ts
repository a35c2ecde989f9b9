import type { Clock } from './clock';
import type { LocalFunction } from './local-function';
import { asList, asText, member, referenced, type Template } from './template';

/**
 * Invokes functions as the template's schedules say.
 * @returns what ends them
 */
export function startSchedules(template: Template, functions: readonly LocalFunction[], clock: Clock): () => void {
  const definitions = template.ofType('AWS::Lambda::Function');
  const ends = template.ofType('AWS::Events::Rule').flatMap(({ properties }) => {
    // What tells of alarms has nothing to tell here.
    if (properties['ScheduleExpression'] === undefined) return [];
    const every = milliseconds(asText(properties['ScheduleExpression']));
    return asList(properties['Targets']).flatMap((target) => {
      const definition = referenced(member(target, 'Arn'), definitions);
      const fn = functions.find(({ logicalId }) => logicalId === definition?.logicalId);
      // A failure is in the function's log.
      return fn === undefined ? [] : [clock.every(every, () => fn.invoke({ 'detail-type': 'Scheduled Event' }))];
    });
  });
  return () => {
    for (const end of ends) end();
  };
}

const UNITS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** @throws Error for a schedule that running locally does not need so far */
function milliseconds(expression: string): number {
  const [, count = '', unit = ''] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  const length = UNITS[unit];
  if (length === undefined) throw new Error(`Cannot follow the schedule "${expression}" on this machine.`);
  return Number(count) * length;
}
