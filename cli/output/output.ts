import Table from 'cli-table3';
import { isatty } from 'node:tty';
import { createColors } from 'picocolors';
import { relativeTime } from './time';

/* What the commands print. Colors and relative times are for terminals only. */

const isTerminal = isatty(process.stdout.fd);

/** Colors on a terminal; elsewhere they return the text as it is. */
export const color = createColors(isTerminal && (process.env['NO_COLOR'] ?? '') === '');

/**
 * Returns a text of somebody else without control characters, which could move the cursor, change
 * what is shown, or look like another line.
 */
export function plain(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, '�');
}

/** Prints lines of text for people. */
export function print(...lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** Prints a value as JSON: on one line if it is one of many, else indented. */
export function printJson(value: unknown, isOneOfMany = false): void {
  process.stdout.write(`${JSON.stringify(value, undefined, isOneOfMany ? undefined : 2)}\n`);
}

/** Prints a result: as JSON for scripts, else as the caller prints it for people. */
export function printResult(json: true | undefined, value: unknown, forPeople: () => void): void {
  if (json === true) printJson(value);
  else forPeople();
}

/** Prints a note for people beside the output, such as what to do next. */
export function note(text: string): void {
  process.stderr.write(`${text.split('\n').map(plain).join('\n')}\n`);
}

const DAY_MS = 86_400_000;

/** The lines of a table without its usual frame. */
const NO_FRAME = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '' },
  ...{ bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '' },
  ...{ left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '' },
  middle: '  ',
};

/** Prints a table, or a text in place of an empty one. */
export function printTable(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
  empty: string,
): void {
  if (rows.length === 0) {
    note(empty);
    return;
  }
  const table = new Table({
    head: columns.map((column) => color.dim(column)),
    chars: NO_FRAME,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  table.push(...rows.map((row) => [...row]));
  const lines = table.toString().split('\n');
  print(...lines.map((line) => line.trimEnd()));
}

/** Prints names and their values below each other, without those that are undefined. */
export function printFields(fields: Readonly<Record<string, string | undefined>>): void {
  const entries = Object.entries(fields).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, plain(value)]],
  );
  const width = Math.max(...entries.map(([name]) => name.length));
  print(...entries.map(([name, value]) => `${color.dim(name.padEnd(width))}  ${value}`));
}

/** Returns a time for people: relative on a terminal, else as it is. `never` if there is none. */
export function timeText(time: string | null | undefined): string {
  if (time === null || time === undefined) return 'never';
  return isTerminal ? shortTime(time) : time;
}

/** Adds the date where the relative time is vague. */
function shortTime(time: string): string {
  const now = Date.now();
  const isNear = Math.abs(Date.parse(time) - now) < DAY_MS;
  return isNear ? relativeTime(time, now) : `${relativeTime(time, now)} (${time.slice(0, 10)})`;
}
