import type { LoggedEvent } from '../../directory/events/event';
import type { StreamMode } from '../../directory/streams/stream';

/**
 * Leaves out notices that a later one repeats: that the members of a group have changed. Of several
 * in a row about one group the last stays, so that a receiver that reads the group then has seen
 * all of them. RFC 9967 section 5 recommends to combine such events.
 */
export function withoutRepetitions(
  events: readonly LoggedEvent[],
  mode: StreamMode,
): readonly LoggedEvent[] {
  if (mode === 'full') return events;
  const kept: LoggedEvent[] = [];
  /** The resources whose next event says that their members have changed. */
  const repeated = new Set<string>();
  for (const event of [...events].reverse()) {
    const { type, connection, subject } = event;
    const resource = `${connection}/${subject.split('/').slice(0, 2).join('/')}`;
    const isAboutMembers = type === 'group.member_added' || type === 'group.member_removed';
    if (isAboutMembers && repeated.has(resource)) continue;
    if (isAboutMembers) repeated.add(resource);
    else repeated.delete(resource);
    kept.push(event);
  }
  return kept.reverse();
}
