import type { FC } from 'hono/jsx';
import type { LogEntry } from '../api-data';
import type { PageCall } from '../protocol';
import { Badge, Empty } from './parts';
import { Moment } from './times';

/** The filters of the log, with the parameters of the admin API. */
export const LOG_FILTERS = [
  { name: 'all', title: 'Everything', query: {} },
  { name: 'failures', title: 'Failures', query: { status: 'failed' } },
  { name: 'changes', title: 'Changes', query: { kind: 'change' } },
  { name: 'ignored', title: 'Ignored', query: { kind: 'ignored' } },
] as const;

/** Returns the query of a page of the log. */
export function logQuery(show: string | undefined, cursor: string | undefined): PageCall['query'] {
  const { query } = LOG_FILTERS.find(({ name }) => name === show) ?? LOG_FILTERS[0];
  return { ...query, limit: '50', cursor };
}

/** The choice of a filter. */
export const LogFilter: FC<{ readonly chosen: string; readonly action: string }> = ({
  chosen,
  action,
}) => (
  <nav class="pills" aria-label="Filter">
    {LOG_FILTERS.map(({ name, title }) => (
      <a href={`${action}?show=${name}`} {...(name === chosen ? { 'aria-current': 'page' } : {})}>
        {title}
      </a>
    ))}
  </nav>
);

/** Entries of the log, newest first. */
export const LogTable: FC<{ readonly entries: readonly LogEntry[] }> = ({ entries }) =>
  entries.length === 0 ? (
    <Empty title="No entries">The log has no such entries within its retention period.</Empty>
  ) : (
    <ul class="entries">
      {entries.map((entry) => (
        <li>
          <Moment at={entry.at} />
          <div class="what">
            <strong>{titleOf(entry)}</strong>
            <p>{textOf(entry)}</p>
          </div>
          <EntryBadge entry={entry} />
        </li>
      ))}
    </ul>
  );

const EntryBadge: FC<{ readonly entry: LogEntry }> = ({ entry: { kind, status } }) => {
  switch (kind) {
    case 'change':
      return <Badge state="ok">Done</Badge>;
    case 'ignored':
      return <Badge state="idle">Ignored</Badge>;
    case 'mail':
      return <Badge state="warning">Not sent</Badge>;
    case 'failure':
      return (
        <Badge state={status === 501 ? 'warning' : 'bad'}>
          {status === 501 ? 'Declined' : 'Failed'}
        </Badge>
      );
  }
};

function titleOf({ kind, name, resourceType, action, title = '' }: LogEntry): string {
  if (kind !== 'change') return name === undefined ? title : `${title}: ${name}`;
  return `${resourceType ?? 'User'} ${action ?? 'changed'}${name === undefined ? '' : `: ${name}`}`;
}

function textOf({ kind, meaning, remedy, detail, changes = [], members }: LogEntry): string {
  if (kind !== 'change') {
    const details = detail === undefined ? '' : ` Details: ${detail}.`;
    return `${meaning ?? ''}${details} ${remedy ?? ''}`;
  }
  const parts = [
    ...changes.map(({ attribute, from, to }) => changeText(attribute, from, to)),
    ...(members === undefined ? [] : [membersText(members)]),
  ];
  return parts.join('; ');
}

function membersText({
  added,
  removed,
}: {
  readonly added: number;
  readonly removed: number;
}): string {
  const texts = [
    ...(added === 0 ? [] : [`${added} member${added === 1 ? '' : 's'} added`]),
    ...(removed === 0 ? [] : [`${removed} member${removed === 1 ? '' : 's'} removed`]),
  ];
  return texts.join(', ') || 'members unchanged';
}

function changeText(attribute: string, from: unknown, to: unknown): string {
  if (typeof from === 'boolean' || typeof to === 'boolean') {
    return `${attribute}: ${typeof to === 'boolean' ? to : 'removed'}`;
  }
  return attribute;
}
