import { contentRecord } from '../../../directory/connections/audit';
import type { Connection } from '../../../directory/connections/connection';
import type { Tenant } from '../../../directory/resources/tenant';
import { inParallel } from '../../../directory/store/batches';
import { HAND_OVER_MS } from '../../../directory/store/retries';
import { CustomImport } from '../../../directory/transfer/custom-import';
import { GroupImport, type ImportedGroup } from '../../../directory/transfer/group-import';
import type { ImportOutcome } from '../../../directory/transfer/imported-resource';
import { UserImport } from '../../../directory/transfer/user-import';
import { Users } from '../../../directory/users';
import { profileOf } from '../../../idp/profiles/registry';
import { groupsNotProvisioned } from '../../../scim/errors/access-errors';
import { notUnique } from '../../../scim/errors/resource-errors';
import { ScimError } from '../../../scim/errors/scim-error';
import { asText, type JsonObject } from '../../../scim/json';
import { resourceTypeOf, servedTypes } from '../../../scim/schema/custom-type';
import { resourceTypesWith, type ResourceType } from '../../../scim/schema/resource-type';
import { jsonAnswer, type Answer } from '../../http/answer';
import type { ApiRequest } from '../../json-api/api-request';
import { noConnection, Problem } from '../../json-api/problem';
import type { Services } from '../services';
import {
  nameAttribute,
  nameOf,
  readImportLine,
  resourceOf,
  typeNameOf,
  type CustomLine,
  type GroupLine,
  type ImportLine,
  type UserLine,
} from './import-line';

/** The most bytes of a call. */
const BODY_BYTES = 4 * 1024 * 1024;

/** Lines that are imported in parallel. */
const WIDTH = 16;

/** Unknown members that a conflict names. */
const NAMED_MEMBERS = 10;

/** Conflicts that an answer lists. */
const LISTED_CONFLICTS = 1000;

/** A line that was refused, or a part of it. */
type Conflict = JsonObject & { readonly line: number };

/** A line with its number in the body, from 1. */
type Numbered<Line> = Line & { readonly line: number };

/**
 * `POST /connections/{id}/import`: adds the resources of a body in JSON Lines, or changes those
 * that exist. Repeating a call changes nothing.
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
  const lines = request.body.split('\n');
  if (!isDryRun) {
    await connections.noteImports(connection);
    const action = { actor: services.actor, action: 'directory.import' } as const;
    const record = contentRecord(action, connection.id, { lines: lines.length });
    await connections.recordBeginning(record);
  }
  const run = new ImportRun(services, connection, isDryRun);
  await run.import(lines);
  return jsonAnswer(200, run.result());
}

/** One call: its lines, and their results. */
class ImportRun {
  private created = 0;
  private updated = 0;
  private unchanged = 0;
  private conflictCount = 0;
  private readonly conflicts: Conflict[] = [];
  private readonly names = new Set<string>();
  /** The groups of this call, by their lines. */
  private readonly imported = new Map<number, ImportedGroup>();
  private readonly ignored = new Set<string>();
  private isComplete = true;
  private readonly tenant: Tenant;
  private readonly users: UserImport;
  private readonly groups: GroupImport;
  private readonly custom: ReadonlyMap<ResourceType, CustomImport>;
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
    const custom = servedTypes(connection).map(resourceTypeOf);
    this.types = { ...resourceTypesWith(connection.schemas), custom };
    this.profile = profileOf(identityProvider);
    const users = new Users(this.tenant, this.types.user, connection.userDeletion, connection);
    const types = ['User', 'Group', ...custom.map(({ name }) => name)];
    const options = { isDryRun, types };
    const retainsDeleted = connection.userDeletion === 'retain';
    this.users = new UserImport(this.tenant, users, { ...options, retainsDeleted });
    const rules = { uniqueNames: this.profile.uniqueGroupNames };
    this.groups = new GroupImport(this.tenant, this.types.group, rules, options);
    this.custom = new Map(
      custom.map((type) => [type, new CustomImport(this.tenant, type, options)] as const),
    );
  }

  /** Imports lines: custom types, users, then groups, which find their members. */
  async import(texts: readonly string[]): Promise<void> {
    const lines = texts.flatMap((text, index) => this.read(text, index + 1) ?? []);
    for (const wave of wavesOf(lines.filter((line) => line.type === 'Custom'))) {
      await inParallel(wave, WIDTH, (line) => this.importCustom(line));
    }
    for (const wave of wavesOf(lines.filter((line) => line.type === 'User'))) {
      await inParallel(wave, WIDTH, (line) => this.importUser(line));
    }
    const groups = lines.filter((line) => line.type === 'Group');
    // All groups are there before the first one gets members, because groups can be members.
    for (const wave of wavesOf(groups)) {
      await inParallel(wave, WIDTH, (line) => this.importGroup(line));
    }
    for (const wave of wavesOf(groups)) {
      await inParallel(wave, WIDTH, (line) => this.importMembers(line));
    }
  }

  private read(text: string, line: number): Numbered<ImportLine> | undefined {
    if (text.trim() === '') return undefined;
    try {
      const read = readImportLine(this.types, this.profile, text);
      for (const name of read.ignored) this.ignored.add(name);
      this.checkName(read);
      return { ...read, line };
    } catch (error) {
      this.conflict({ line }, error);
      return undefined;
    }
  }

  /**
   * Two lines without an id and with the same name would be one resource.
   * @throws ScimError 409 `uniqueness`
   */
  private checkName(line: ImportLine): void {
    const { id } = resourceOf(line);
    const name = `${typeNameOf(line)} ${nameOf(line)}`;
    if (id !== undefined || nameOf(line) === '') return;
    if (this.names.has(name)) throw notUnique(nameAttribute(line), typeNameOf(line));
    this.names.add(name);
  }

  private async importUser(line: Numbered<UserLine>): Promise<void> {
    await this.attempt(line, async () => {
      this.count(await this.users.put(line.user));
    });
  }

  private async importCustom(line: Numbered<CustomLine>): Promise<void> {
    await this.attempt(line, async () => {
      const outcome = await this.custom.get(line.resourceType)?.put(line.resource);
      if (outcome !== undefined) this.count(outcome);
    });
  }

  private async importGroup(line: Numbered<GroupLine>): Promise<void> {
    await this.attempt(line, async () => {
      if (!this.connection.groups) throw groupsNotProvisioned();
      const group = await this.groups.put(line.group);
      this.imported.set(line.line, group);
      this.count(group.outcome);
    });
  }

  private async importMembers(line: Numbered<GroupLine>): Promise<void> {
    const { members: add, group } = line;
    const { id, outcome } = this.imported.get(line.line) ?? {};
    if (add.size === 0 || id === undefined || this.isDryRun) return;
    await this.attempt(line, async () => {
      let unknown: readonly string[] = [];
      const { lastModified } = group.times;
      const isChanged = await this.groups.addMembers(id, { add }, lastModified, (ids) => {
        unknown = ids;
      });
      if (isChanged && outcome === 'unchanged') {
        this.unchanged -= 1;
        this.updated += 1;
      }
      if (unknown.length > 0) this.addConflict(unknownMembersOf(line, unknown));
    });
  }

  /** Imports a line unless the time is up. A refusal becomes a conflict. */
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

  private conflict(subject: Conflict, error: unknown): void {
    if (!(error instanceof ScimError)) throw error;
    const { scimType, attribute, message: detail } = error;
    this.addConflict({
      ...subject,
      ...(scimType === undefined ? {} : { scimType }),
      ...(attribute === undefined ? {} : { attribute }),
      detail,
    });
  }

  private count(outcome: ImportOutcome): void {
    this[outcome] += 1;
  }

  /** An answer with all conflicts of a large body could be too large. */
  private addConflict(conflict: Conflict): void {
    this.conflictCount += 1;
    if (this.conflicts.length < LISTED_CONFLICTS) this.conflicts.push(conflict);
  }

  /** Returns the body of the answer. */
  result(): JsonObject {
    const { created, updated, unchanged, conflictCount, isComplete } = this;
    return {
      ...(this.isDryRun ? { dryRun: true } : {}),
      created,
      updated,
      unchanged,
      conflictCount,
      conflicts: [...this.conflicts].sort((a, b) => a.line - b.line),
      ignored: [...this.ignored].sort(),
      isComplete,
    };
  }
}

/** Returns lines in waves, so that no wave has two lines about the same resource. */
function wavesOf<Line extends ImportLine>(lines: readonly Line[]): readonly (readonly Line[])[] {
  const waves: Line[][] = [];
  const seen = new Map<string, number>();
  for (const line of lines) {
    const name = resourceOf(line).id ?? nameOf(line);
    const wave = seen.get(name) ?? 0;
    seen.set(name, wave + 1);
    (waves[wave] ??= []).push(line);
  }
  return waves;
}

/** Returns the beginning of a conflict: what identifies the line. */
function subjectOf(line: Numbered<ImportLine>): Conflict {
  const { id, attributes } = resourceOf(line);
  const name = asText(attributes[nameAttribute(line)] ?? '');
  return { line: line.line, ...(id === undefined ? {} : { id }), name };
}

function unknownMembersOf(line: Numbered<ImportLine>, unknown: readonly string[]): Conflict {
  return {
    ...subjectOf(line),
    attribute: 'members',
    unknownMembers: unknown.length,
    members: unknown.slice(0, NAMED_MEMBERS),
    detail: 'These members are neither users nor groups of this connection.',
  };
}
