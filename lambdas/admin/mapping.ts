import * as z from 'zod/mini';
import type { Connection } from '../../directory/connections/connection';
import type { MappingRow, RoleRule } from '../../directory/connections/mapping';
import { resourceFromItem } from '../../directory/resources/resource-item';
import { resourcePartition } from '../../directory/store/keys';
import { HAND_OVER_MS } from '../../directory/store/retries';
import { changedNames } from '../../events/changed';
import { profileOf, type RoleGroup } from '../../events/profile';
import { roleGroupsOf } from '../../events/role-groups';
import { ScimError } from '../../scim/errors/scim-error';
import { asText, isArray, type Json, type JsonObject } from '../../scim/json';
import { findPath } from '../../scim/patch/path';
import { resourceTypesWith, type ResourceType } from '../../scim/schema/resource-type';
import { jsonAnswer, type Answer } from '../http/answer';
import type { ApiRequest } from '../json-api/api-request';
import { noConnection, Problem, type FieldProblem } from '../json-api/problem';
import { invalidFields, readJson, readSettings } from '../json-api/read-body';
import type { Services } from './services';

/* How the users of a connection appear to the application: mapping rows and role rules. */

const MOST_ROWS = 100;
const text = z.string().check(z.minLength(1), z.maxLength(256));

/** Fields of the profile that follow from the user itself. */
const FIXED = ['id', 'externalId', 'active', 'roles', 'custom', 'applicationId', 'deletedAt'];

const ROW = z
  .strictObject({
    target: z.string().check(
      z.regex(
        /^[A-Za-z][A-Za-z0-9_]{0,63}$/,
        'must be letters, digits and _, and start with a letter',
      ),
      z.refine((target) => ![...FIXED, 'scim', 'sequence'].includes(target), 'cannot be mapped'),
    ),
    source: z.union([text, z.array(text).check(z.minLength(1), z.maxLength(10))]),
    transform: z.exactOptional(z.enum(['lower', 'trim', 'map', 'firstOf'])),
    map: z.exactOptional(z.record(z.string(), z.string().check(z.maxLength(256)))),
    default: z.exactOptional(z.string().check(z.maxLength(256))),
  })
  .check(
    z.refine(({ transform, map }) => (transform === 'map') === (map !== undefined), {
      path: ['map'],
      message: 'is required with the transform "map", and allowed with no other',
    }),
    z.refine(({ transform, source }) => transform === 'firstOf' || typeof source === 'string', {
      path: ['source'],
      message: 'must be one path, except with the transform "firstOf"',
    }),
  );

const RULE = z
  .strictObject({
    match: z.enum(['id', 'externalId', 'displayName']),
    equals: z.exactOptional(text),
    prefix: z.exactOptional(text),
    role: z.string().check(z.trim(), z.minLength(1), z.maxLength(128)),
  })
  .check(
    z.refine(({ equals, prefix }) => (equals === undefined) !== (prefix === undefined), {
      message: 'needs either equals or prefix',
    }),
  );

const ROWS = z.strictObject({ rows: z.array(ROW).check(z.maxLength(MOST_ROWS)) });
const RULES = z.strictObject({ rows: z.array(RULE).check(z.maxLength(MOST_ROWS)) });

/** `GET /connections/{id}/mapping`. */
export async function readMapping(services: Services, request: ApiRequest): Promise<Answer> {
  return jsonAnswer(200, { rows: (await existing(services, request)).mapping });
}

/** `GET /connections/{id}/roles`. */
export async function readRoles(services: Services, request: ApiRequest): Promise<Answer> {
  return jsonAnswer(200, { rows: (await existing(services, request)).roleRules });
}

/** `PUT /connections/{id}/mapping`, with `dryRun=true` only what it would change. */
export async function putMapping(services: Services, request: ApiRequest): Promise<Answer> {
  const connection = await existing(services, request);
  const mapping: readonly MappingRow[] = readSettings(ROWS, rowsIn(request)).rows;
  checkRows(mapping, resourceTypesWith(connection.schemas).user);
  if (isDryRun(request)) return dryRun(services, connection, { ...connection, mapping });
  await save(services, connection, 'mapping.put', (current) => ({ ...current, mapping }));
  return jsonAnswer(200, { rows: mapping });
}

/** `PUT /connections/{id}/roles`, with `dryRun=true` only who would gain and lose what. */
export async function putRoles(services: Services, request: ApiRequest): Promise<Answer> {
  const connection = await existing(services, request);
  const roleRules: readonly RoleRule[] = readSettings(RULES, rowsIn(request)).rows;
  if (isDryRun(request)) return dryRun(services, connection, { ...connection, roleRules });
  await save(services, connection, 'roles.put', (current) => ({ ...current, roleRules }));
  return jsonAnswer(200, { rows: roleRules });
}

/** A list alone is the same as an object with its `rows`. */
function rowsIn({ body }: ApiRequest): Json {
  const value = readJson(body);
  return isArray(value) ? { rows: value } : value;
}

/** @throws Problem 400 naming each row with a wrong path or a target that another row has */
function checkRows(rows: readonly MappingRow[], type: ResourceType): void {
  const problems: FieldProblem[] = [];
  const targets = new Set<string>();
  for (const [index, { target, source }] of rows.entries()) {
    const pointer = `/rows/${index}`;
    if (targets.has(target)) {
      problems.push({ pointer: `${pointer}/target`, detail: 'is the target of another row, too' });
    }
    targets.add(target);
    for (const path of typeof source === 'string' ? [source] : source) {
      const problem = pathProblem(type, path);
      if (problem !== undefined) problems.push({ pointer: `${pointer}/source`, detail: problem });
    }
  }
  if (problems.length > 0) throw invalidFields(problems);
}

function pathProblem(type: ResourceType, path: string): string | undefined {
  try {
    const found = findPath(type, path);
    return found?.attribute === undefined ? 'is not an attribute of users' : undefined;
  } catch (error) {
    if (error instanceof ScimError) return `is not a SCIM path: ${error.message}`;
    throw error;
  }
}

function isDryRun({ query: { dryRun: value } }: ApiRequest): boolean {
  if (value === undefined || value === 'false') return false;
  if (value === 'true') return true;
  throw new Problem(400, '"dryRun" must be true or false.');
}

async function save(
  { connections, actor }: Services,
  { id }: Connection,
  action: 'mapping.put' | 'roles.put',
  compute: (connection: Connection) => Connection,
): Promise<void> {
  const changed = await connections.change(id, { actor, action }, compute);
  if (changed === undefined) throw noConnection(id);
}

/** Users that an answer names. */
const MOST_CHANGES = 100;

/** Users whose groups are read at a time. */
const PAGE = 100;

/** Compares the profiles of all users, as far as time allows. */
async function dryRun(
  { table, scimBaseUrl }: Services,
  before: Connection,
  after: Connection,
): Promise<Answer> {
  const { id } = before;
  const tenant = { table, connection: id, baseUrl: scimBaseUrl(id) };
  const { user: type } = resourceTypesWith(before.schemas);
  const hasRules = before.roleRules.length + after.roleRules.length > 0;
  const changes: JsonObject[] = [];
  let [users, affected, next] = [0, 0, undefined as string | undefined];
  let isComplete = true;
  const pk = resourcePartition(id, 'User');
  do {
    if (table.retries.timeLeft < HAND_OVER_MS) {
      isComplete = false;
      break;
    }
    const start = next === undefined ? undefined : { pk, sk: next };
    const page = await table.query(pk, { after: start, limit: PAGE, eventual: true });
    const found = page.items.map(resourceFromItem);
    const groups: ReadonlyMap<string, readonly RoleGroup[]> = hasRules
      ? await roleGroupsOf(
          tenant,
          found.map((user) => user.id),
        )
      : new Map();
    for (const user of found) {
      const [was, is] = [before, after].map(({ mapping, roleRules }) =>
        profileOf(user, { type, mapping, roleRules, groups: groups.get(user.id) ?? [] }),
      );
      const change = was && is ? difference(user.attributes, was, is) : undefined;
      users += 1;
      if (change === undefined) continue;
      affected += 1;
      if (changes.length < MOST_CHANGES) changes.push({ userId: user.id, ...change });
    }
    next = page.next?.sk;
  } while (next !== undefined);
  return jsonAnswer(200, { dryRun: true, users, affected, isComplete, changes });
}

function difference(
  attributes: JsonObject,
  was: JsonObject,
  is: JsonObject,
): JsonObject | undefined {
  const changed = changedNames([was, is], [attributes, attributes]);
  if (changed.length === 0) return undefined;
  const [had, has] = [was, is].map(({ roles }) => (isArray(roles) ? roles.map(asText) : []));
  const gained = has?.filter((role) => had?.includes(role) !== true) ?? [];
  const lost = had?.filter((role) => has?.includes(role) !== true) ?? [];
  const fields = changed.filter((name) => name !== 'roles');
  return {
    userName: attributes['userName'],
    ...(gained.length === 0 ? {} : { gained }),
    ...(lost.length === 0 ? {} : { lost }),
    ...(fields.length === 0 ? {} : { before: pick(was, fields), after: pick(is, fields) }),
  };
}

function pick(profile: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = profile[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

async function existing(
  { connections }: Services,
  { connectionId }: ApiRequest,
): Promise<Connection> {
  const connection = await connections.find(connectionId);
  if (connection === undefined) throw noConnection(connectionId);
  return connection;
}
