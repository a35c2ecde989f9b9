import type { ChangeLogEntry, FailureLogEntry, IgnoredLogEntry, LogEntry } from '../../client';
import { color, plain, timeText } from '../output/output';

/** The width at which explanations are wrapped. */
const WIDTH = 92;

/**
 * Describes an entry of the provisioning log for people.
 * @param explained causes that were explained above; the entry's own is added
 */
export function logText(entry: LogEntry, explained: Set<string>): string {
  const head = [color.dim(timeText(entry.at)), headOf(entry)].join('  ');
  if (entry.kind === 'change') return head;
  const { cause, title, meaning, remedy } = entry;
  const lines = [head, `  ${color.bold(title)} ${color.dim(`(${cause})`)}`];
  const details = detailsOf(entry);
  if (details !== '') lines.push(...wrapped(details));
  const key = `${cause} ${'attribute' in entry ? (entry.attribute ?? '') : ''}`;
  if (!explained.has(key)) {
    explained.add(key);
    lines.push(...wrapped(meaning), ...wrapped(`What to do: ${remedy}`));
  }
  return lines.join('\n');
}

function headOf(entry: LogEntry): string {
  switch (entry.kind) {
    case 'failure':
      return failureHead(entry);
    case 'change':
      return changeHead(entry);
    case 'ignored':
      return ignoredHead(entry);
    case 'mail':
      return `${color.red('mail')}  ${entry.mail}: ${entry.error}`;
  }
}

function ignoredHead({ method, route, attribute }: IgnoredLogEntry): string {
  return `${color.yellow('ignored')}  ${method} ${pathOf(route)}  ${plain(attribute)}`;
}

function failureHead({ status, method, route, name, externalId, count }: FailureLogEntry): string {
  const subject = plain(name ?? externalId ?? '');
  const times = count > 1 ? `  (${count} times)` : '';
  const isFailed = status >= 400;
  const code = (isFailed ? color.red : color.yellow)(String(status));
  return `${code}  ${method} ${pathOf(route)}  ${subject}${times}`.trimEnd();
}

/** Returns a route without what all routes of a connection have in common. */
function pathOf(route: string): string {
  return route.replace(/^\/v2\/connections\/\{connectionId\}/, '');
}

function changeHead(entry: ChangeLogEntry): string {
  const { action, resourceType, resourceId, name, changes, members } = entry;
  const attributes = changes.map(({ attribute, from, to }) =>
    from === undefined && to === undefined
      ? attribute
      : `${attribute}: ${valueText(from)} → ${valueText(to)}`,
  );
  const counts =
    members === undefined
      ? []
      : [
          ...(members.added > 0 ? [`${members.added} members added`] : []),
          ...(members.removed > 0 ? [`${members.removed} members removed`] : []),
        ];
  const changed = action === 'created' ? counts : [...attributes, ...counts];
  return [
    color.green(action),
    `${resourceType} ${plain(name ?? resourceId)}`,
    ...(changed.length === 0 ? [] : [changed.join(', ')]),
  ].join('  ');
}

function valueText(value: unknown): string {
  if (value === undefined) return 'none';
  return typeof value === 'string' ? plain(value) : JSON.stringify(value);
}

function detailsOf(entry: Exclude<LogEntry, ChangeLogEntry>): string {
  if (entry.kind !== 'failure') return '';
  const { attribute, detail, received } = entry;
  return [
    ...(attribute === undefined ? [] : [`Attribute: ${attribute}.`]),
    ...(detail === undefined ? [] : [`Detail: ${detail}.`]),
    ...(received === undefined ? [] : [`Received: ${received}.`]),
  ].join(' ');
}

/** Splits a text into lines below the entry. */
function wrapped(text: string): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/).map(plain)) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length >= WIDTH) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines.map((line) => `    ${line}`);
}
