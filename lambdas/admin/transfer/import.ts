import { contentRecord } from '../../../directory/connections/audit';
import type { Connection } from '../../../directory/connections/connection';
import type { Tenant } from '../../../directory/resources/tenant';
import { inParallel } from '../../../directory/store/batches';
import { HAND_OVER_MS } from '../../../directory/store/retries';
import { GroupImport } from '../../../directory/transfer/group-import';
import type { ImportOutcome } from '../../../directory/transfer/imported-resource';
import { UserImport } from '../../../directory/transfer/user-import';
import { Users } from '../../../directory/users';
import { profileOf } from '../../../idp/profiles/registry';
import { groupsNotProvisioned } from '../../../scim/errors/access-errors';
import { ScimError } from '../../../scim/errors/scim-error';
import { asText, isObject, type JsonObject } from '../../../scim/json';
import { resourceTypesWith } from '../../../scim/schema/resource-type';
import { jsonAnswer, type Answer } from '../../http/answer';
import type { ApiRequest } from '../../json-api/api-request';
import { noConnection, Problem } from '../../json-api/problem';
import type { Services } from '../services';
import { readImportLine, type ImportLine } from './import-line';

/** The most bytes of a call. */
const BODY_BYTES = 4 * 1024 * 1024;

/** Lines that are imported in parallel. */
const WIDTH = 16;

/** Unknown members that a conflict names. */
const NAMED_MEMBERS = 10;

/** A line with its number in the body, from 1. */
type Numbered<Line> = Line & { readonly line: number };

/**
 * `POST /connections/{id}/import`: adds the users and groups of a body in JSON Lines, or changes
 * those that exist. Repeating a call changes nothing.
 * @throws Problem 404, 413
 */
export async function importResources(services: Services, request: ApiRequest): Promise<Answer> {
  const { connections } = services;
  const connection = await connections.find(request.connectionId);
  if (connection === undefined) throw noConnection(request.connectionId);
  if (Buffer.byteLength(request.body) > BODY_BYTES) {
    throw new Problem(413, `Send at most ${BODY_BYTES} bytes at a time: lines are independent.`);
  }
  const isDryRun = request.query['dryRun'] === 'true';
  if (!isDryRun) await connections.noteImports(connection);
  const run = new ImportRun(services, connection, isDryRun);
  await run.import(request.body.split('\n'));
  const result = run.result();
  if (!isDryRun && run.hasChanged) {
    const { created, updated, conflicts } = run;
    const action = { actor: services.actor, action: 'directory.import' } as const;
    const after = { created, updated, conflicts: conflicts.length };
    await connections.recordAction(contentRecord(action, connection.id, after), async (writes) => {
      await services.table.write(writes);
      return true;
    });
  }
  return jsonAnswer(200, result);
}

/** One call: its lines, and what became of them. */
class ImportRun {
  created = 0;
  updated = 0;
  unchanged = 0;
  readonly conflicts: (JsonObject & { readonly line: number })[] = [];
  private readonly ignored = new Set<string>();
  private isComplete = true;
  private readonly tenant: Tenant;
  private readonly users: UserImport;
  private readonly groups: GroupImport;
  private readonly types;
  private readonly profile;

  constructor(
    services: Services,
    private readonly connection: Connection,
    private readonly isDryRun: boolean,
  ) {
    const { table, scimBaseUrl, requestId } = services;
    const { id, identityProvider, membershipsConverted, actsAs } = connection;
    this.tenant = {
      table,
      connection: id,
      baseUrl: scimBaseUrl(id),
      membershipsConverted,
      request: { token: '', requestId, begun: Date.now(), reason: 'import', actsAs },
    };
    this.types = resourceTypesWith(connection.schemas);
    this.profile = profileOf(identityProvider);
    const users = new Users(this.tenant, this.types.user, connection.userDeletion, connection);
    this.users = new UserImport(this.tenant, users, { isDryRun });
    const rules = { uniqueNames: this.profile.uniqueGroupNames };
    this.groups = new GroupImport(this.tenant, this.types.group, rules, { isDryRun });
  }

  /** Imports lines; users first, so that groups find their members. */
  async import(texts: readonly string[]): Promise<void> {
    const lines = texts.flatMap((text, index) => this.read(text, index + 1) ?? []);
    await inParallel(lines, WIDTH, (line) => this.importUser(line));
    const groups = lines.filter((line) => line.type === 'Group');
    // All groups are there before the first one gets members, because groups can be members.
    const ids = new Map<number, { readonly id: string | undefined; outcome: ImportOutcome }>();
    for (const wave of wavesOf(groups)) {
      await inParallel(wave, WIDTH, (line) =>
        this.attempt(line, async () => {
          if (!this.connection.groups) throw groupsNotProvisioned();
          ids.set(line.line, await this.groups.put(line.group));
        }),
      );
    }
    for (const wave of wavesOf(groups)) {
      await inParallel(wave, WIDTH, async (line) => {
        const imported = ids.get(line.line);
        if (imported !== undefined) await this.importMembers(line, imported);
      });
    }
  }

  private read(text: string, line: number): Numbered<ImportLine> | undefined {
    if (text.trim() === '') return undefined;
    try {
      const read = readImportLine(this.types, this.profile, text);
      for (const name of read.ignored) this.ignored.add(name);
      return { ...read, line };
    } catch (error) {
      this.conflict({ line }, error);
      return undefined;
    }
  }

  private async importUser(line: Numbered<ImportLine>): Promise<void> {
    if (line.type !== 'User') return;
    await this.attempt(line, async () => {
      this.count(await this.users.put(line.user));
    });
  }

  private async importMembers(
    line: Numbered<ImportLine & { readonly type: 'Group' }>,
    { id, outcome }: { readonly id: string | undefined; readonly outcome: ImportOutcome },
  ): Promise<void> {
    const { members: add, group } = line;
    if (add.size === 0 || id === undefined || this.isDryRun) {
      this.count(outcome);
      return;
    }
    await this.attempt(line, async () => {
      let unknown: readonly string[] = [];
      const isChanged = await this.groups.addMembers(
        id,
        { add },
        group.times.lastModified,
        (ids) => {
          unknown = ids;
        },
      );
      this.count(outcome === 'unchanged' && isChanged ? 'updated' : outcome);
      if (unknown.length === 0) return;
      this.conflicts.push({
        ...subjectOf(line),
        attribute: 'members',
        unknownMembers: unknown.length,
        members: unknown.slice(0, NAMED_MEMBERS),
        detail: 'These members are neither users nor groups of this connection.',
      });
    });
  }

  /** Imports a line unless the time is up; what is refused becomes a conflict. */
  private async attempt(line: Numbered<ImportLine>, perform: () => Promise<void>): Promise<void> {
    if (this.tenant.table.retries.timeLeft < HAND_OVER_MS) {
      this.isComplete = false;
      return;
    }
    try {
      await perform();
    } catch (error) {
      if (error instanceof ScimError && error.code === 'busy') this.isComplete = false;
      else this.conflict(subjectOf(line), error);
    }
  }

  private conflict(subject: JsonObject & { readonly line: number }, error: unknown): void {
    if (!(error instanceof ScimError)) throw error;
    const { scimType, attribute, message: detail } = error;
    this.conflicts.push({
      ...subject,
      ...(scimType === undefined ? {} : { scimType }),
      ...(attribute === undefined ? {} : { attribute }),
      detail,
    });
  }

  private count(outcome: ImportOutcome): void {
    this[outcome] += 1;
  }

  get hasChanged(): boolean {
    return this.created + this.updated > 0;
  }

  /** Returns the body of the answer. */
  result(): JsonObject {
    const { created, updated, unchanged, isComplete } = this;
    return {
      ...(this.isDryRun ? { dryRun: true } : {}),
      created,
      updated,
      unchanged,
      conflicts: [...this.conflicts].sort((a, b) => a.line - b.line),
      ignored: [...this.ignored].sort(),
      isComplete,
    };
  }
}

/** Returns lines in waves, so that no wave has two lines about the same group. */
function wavesOf<Line extends ImportLine & { readonly type: 'Group' }>(
  lines: readonly Line[],
): readonly (readonly Line[])[] {
  const waves: Line[][] = [];
  const seen = new Map<string, number>();
  for (const line of lines) {
    const { id, attributes } = line.group;
    const name = id ?? asText(attributes['displayName']).trim().toLowerCase();
    const wave = seen.get(name) ?? 0;
    seen.set(name, wave + 1);
    (waves[wave] ??= []).push(line);
  }
  return waves;
}

/** Returns what names a line in a conflict. */
function subjectOf(line: Numbered<ImportLine>): JsonObject & { readonly line: number } {
  const { id, attributes } = line.type === 'User' ? line.user : line.group;
  const name = attributes[line.type === 'User' ? 'userName' : 'displayName'];
  return {
    line: line.line,
    ...(id === undefined ? {} : { id }),
    ...(isObject(name) || name === undefined ? {} : { name }),
  };
}
