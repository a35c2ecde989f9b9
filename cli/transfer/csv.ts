import { CsvError, parse } from 'csv-parse/sync';
import { ENTERPRISE_USER_SCHEMA, ENTERPRISE_USER_URN } from '../../scim/schema/enterprise-user';
import { findAttribute } from '../../scim/schema/attribute';
import { USER } from '../../scim/schema/resource-type';
import { UsageError } from '../errors';
import { USER_SCHEMA, type JsonObject } from './source';

/** A user of a CSV file. */
interface CsvUser {
  /** The line on which the row ends. */
  readonly line: number;
  readonly user: JsonObject;
}

/** A column: where its values belong. */
interface Column {
  readonly header: string;
  /** URN of an extension; undefined for an attribute of the core schema. */
  readonly extension: string | undefined;
  readonly attribute: string;
  /** The `type` of the element of a list. */
  readonly type: string | undefined;
  readonly subAttribute: string | undefined;
}

/** A SCIM path: an extension, an attribute, the type of its element, a sub-attribute. */
const PATH = new RegExp(
  [
    /^(?:(?<extension>urn:[^[\]]+):)?/,
    /(?<attribute>[A-Za-z$][\w$-]*)/,
    /(?:\[type eq "(?<type>[^"]+)"\])?/,
    /(?:\.(?<subAttribute>[A-Za-z$][\w$-]*))?$/,
  ]
    .map(({ source }) => source)
    .join(''),
  'i',
);

/**
 * Reads users from CSV. The header has SCIM paths, such as `emails[type eq "work"].value`, and an
 * empty field is no value.
 * @throws UsageError naming the wrong line or column
 */
export function usersFromCsv(text: string): readonly CsvUser[] {
  const [header, ...rows] = rowsOf(text);
  if (header === undefined) throw new UsageError('The file is empty.');
  const columns = header.record.map(columnOf);
  if (!columns.some(({ attribute }) => attribute.toLowerCase() === 'username')) {
    throw new UsageError('The header needs a column "userName".');
  }
  return rows.map(({ record, info }) => ({ line: info.lines, user: userOf(columns, record) }));
}

interface Row {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

function rowsOf(text: string): readonly Row[] {
  try {
    // People write paths with quotes into the header without escaping them.
    const forgiving = { bom: true, relax_quotes: true, skip_empty_lines: true, trim: true };
    const options = { ...forgiving, info: true };
    return parse(text, options) as unknown as readonly Row[];
  } catch (error) {
    if (error instanceof CsvError)
      throw new UsageError(`The CSV cannot be read: ${error.message}.`);
    throw error;
  }
}

function columnOf(header: string): Column {
  const { extension, attribute, type, subAttribute } = PATH.exec(header)?.groups ?? {};
  if (attribute !== undefined) return { header, extension, attribute, type, subAttribute };
  throw new UsageError(
    `The column "${header}" is no SCIM path such as userName, name.givenName or ` +
      'emails[type eq "work"].value.',
  );
}

function userOf(columns: readonly Column[], values: readonly string[]): JsonObject {
  const user: Record<string, unknown> = { schemas: [USER_SCHEMA] };
  const elements = new Map<string, Record<string, unknown>>();
  for (const [index, column] of columns.entries()) {
    const value = values[index] ?? '';
    if (value !== '') put(user, elements, column, value);
  }
  return user;
}

/** @param elements those of lists, by what the columns say of them */
function put(
  user: Record<string, unknown>,
  elements: Map<string, Record<string, unknown>>,
  column: Column,
  text: string,
): void {
  const { extension, attribute, type, subAttribute } = column;
  const container = extension === undefined ? user : child(user, extension);
  const definition = findAttribute(
    extension?.toLowerCase() === ENTERPRISE_USER_URN.toLowerCase()
      ? ENTERPRISE_USER_SCHEMA.attributes
      : USER.attributes,
    attribute,
  );
  const isList = type !== undefined || definition?.multiValued === true;
  if (subAttribute === undefined && !isList) {
    container[attribute] = definition?.type === 'boolean' ? booleanFrom(column, text) : text;
    return;
  }
  const name = [extension ?? '', attribute, type ?? ''].join(' ').toLowerCase();
  const found = isList ? elements.get(name) : child(container, attribute);
  const parent = found ?? addElement(container, attribute, type);
  if (isList) elements.set(name, parent);
  const isPrimary = subAttribute?.toLowerCase() === 'primary';
  parent[subAttribute ?? 'value'] = isPrimary ? booleanFrom(column, text) : text;
}

function booleanFrom({ header }: Column, text: string): boolean {
  const folded = text.toLowerCase();
  if (folded === 'true' || folded === 'false') return folded === 'true';
  throw new UsageError(`The column "${header}" takes true and false, not "${text}".`);
}

function child(object: Record<string, unknown>, name: string): Record<string, unknown> {
  return (object[name] ??= {}) as Record<string, unknown>;
}

/** Adds an element to a list. */
function addElement(
  object: Record<string, unknown>,
  name: string,
  type: string | undefined,
): Record<string, unknown> {
  const list = (object[name] ??= []) as Record<string, unknown>[];
  const added = type === undefined ? {} : { type };
  list.push(added);
  return added;
}
