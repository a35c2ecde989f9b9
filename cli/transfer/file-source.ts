import { createReadStream, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { UsageError } from '../errors';
import { usersFromCsv } from './csv';
import { fromAuth0, fromWorkOs } from './dumps';
import {
  memberLines,
  objectIn,
  objectsIn,
  type JsonObject,
  type Place,
  type Source,
  type SourceLine,
} from './source';

/** The forms of files that can be imported. */
export const FILE_FORMATS = ['jsonl', 'csv', 'workos', 'auth0'] as const;
export type FileFormat = (typeof FILE_FORMATS)[number];

/**
 * Opens a file.
 * @param format that of the extension if missing: `.csv`, or else JSON Lines
 * @throws UsageError for a file that does not exist or cannot be understood
 */
export async function openFile(file: string, format?: FileFormat): Promise<Source> {
  const name = path.resolve(file);
  const size = sizeOf(name);
  const form = format ?? (path.extname(file).toLowerCase() === '.csv' ? 'csv' : 'jsonl');
  const source = { name: `${name} (${form}, ${size} bytes)` };
  if (form === 'jsonl') {
    const total = await numberOfLines(name);
    return { ...source, total, lines: (from) => jsonLines(name, from) };
  }
  const lines = linesOf(name, form);
  return { ...source, total: lines.length, lines: (from) => fromMemory(lines, from) };
}

function sizeOf(file: string): number {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined) throw new UsageError(`There is no file "${file}".`);
  if (!found.isFile()) throw new UsageError(`"${file}" is not a file.`);
  return found.size;
}

async function numberOfLines(file: string): Promise<number> {
  let lines = 0;
  for await (const line of readLines(file)) if (line.trim() !== '') lines += 1;
  return lines;
}

function readLines(file: string): AsyncIterable<string> {
  return createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY });
}

/**
 * Yields the lines of a file after the first ones. A place is a number of lines, also empty ones.
 */
async function* jsonLines(file: string, from: Place | undefined): AsyncGenerator<SourceLine> {
  let number = 0;
  for await (const text of readLines(file)) {
    number += 1;
    if (number <= doneOf(from) || text.trim() === '') continue;
    const parts = partsOf(number === 1 ? text.replace(/^\uFEFF/, '') : text);
    for (const [index, part] of parts.entries()) {
      // A line of which not all parts were sent is read again.
      const isLast = index === parts.length - 1;
      yield { number, text: part, next: isLast ? number : number - 1 };
    }
  }
}

/** A line of this length may not fit into a call. */
const LONG_LINE = 256 * 1024;

/** Returns a line as it is, or a large group as lines with a part of its members each. */
function partsOf(text: string): readonly string[] {
  const group = text.length < LONG_LINE ? undefined : objectIn(jsonFrom(text));
  const members = objectsIn(group?.['members']);
  if (group === undefined || members.length === 0) return [text];
  return memberLines(group, members).map((line) => JSON.stringify(line));
}

/** Yields resources after the first ones. */
function* fromMemory(
  lines: readonly Omit<SourceLine, 'next'>[],
  from: Place | undefined,
): Generator<SourceLine> {
  for (const [index, line] of lines.entries()) {
    if (index >= doneOf(from)) yield { ...line, next: index + 1 };
  }
}

function doneOf(place: Place | undefined): number {
  return typeof place === 'number' ? place : 0;
}

function linesOf(
  file: string,
  format: Exclude<FileFormat, 'jsonl'>,
): readonly Omit<SourceLine, 'next'>[] {
  const text = readFileSync(file, 'utf8');
  if (format === 'csv') {
    return usersFromCsv(text).map(({ line, user }) => ({
      number: line,
      text: JSON.stringify(user),
    }));
  }
  const read = format === 'workos' ? fromWorkOs : fromAuth0;
  return read(objectsFrom(text)).map((resource, index) => ({
    number: index + 1,
    text: JSON.stringify(resource),
  }));
}

/** Reads objects: a list, the list `data` of an object, or lines. @throws UsageError */
function objectsFrom(text: string): readonly JsonObject[] {
  const whole = jsonFrom(text);
  if (Array.isArray(whole)) return objectsIn(whole);
  const data = objectIn(whole)?.['data'];
  if (Array.isArray(data)) return objectsIn(data);
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    const object = objectIn(jsonFrom(line));
    if (object !== undefined) return [object];
    throw new UsageError(`Line ${index + 1} of the file is not a JSON object.`);
  });
}

function jsonFrom(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
}
