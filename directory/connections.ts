import { asText } from '../scim/json';
import type { Schema } from '../scim/schema/attribute';
import type { Item, ItemValue } from './item';
import { textOf } from './item';
import { CONNECTIONS, connectionKey, INVERSE_INDEX } from './keys';
import type { Table } from './table';
import type { StoredToken } from './tokens';
import type { UserDeletion } from './users';
import { newVersion } from './version';
import { ABSENT } from './write';

/** Where failure mails of a connection go. */
export interface FailureMail {
  readonly recipients: readonly string[];
  /** Seconds whose failures one mail gathers. */
  readonly windowSeconds?: number;
}

/** One customer's identity provider: its profile, its settings and the digests of its live tokens. */
export interface Connection {
  /** Lower-case letters, digits and hyphens; part of the base URL and of every key. */
  readonly id: string;
  readonly displayName: string;
  /** The name of a profile of `idp/`. */
  readonly identityProvider: string;
  readonly enabled: boolean;
  readonly userDeletion: UserDeletion;
  /** False for a users-only connection. */
  readonly groups: boolean;
  readonly failureMail?: FailureMail;
  readonly tokenExpiresInDays: number;
  /** RFC 3339. */
  readonly createdAt: string;
  readonly tokens: readonly StoredToken[];
  /** Extensions of its own, beside those of the RFC. */
  readonly schemas: readonly Schema[];
  /** 32 random bytes that its cursors are sealed with, base64url. */
  readonly cursorKey: string;
}

/** The form of a connection's id: what a key and a URL can hold without escaping. */
export const CONNECTION_ID = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

export interface ConnectionsPage {
  readonly connections: readonly Connection[];
  /** Id of the last connection of this page, to continue behind; undefined on the last page. */
  readonly next: string | undefined;
}

/** The connections of a deployment. */
export class Connections {
  constructor(private readonly table: Table) {}

  /** @returns undefined when there is no such connection */
  async find(id: string): Promise<Connection | undefined> {
    if (!CONNECTION_ID.test(id)) return undefined;
    const item = await this.table.get(connectionKey(id));
    return item === undefined ? undefined : fromItem(item);
  }

  /** @returns false when the id is taken */
  async add(connection: Connection): Promise<boolean> {
    const failed = await this.table.write([{ put: toItem(connection), condition: ABSENT }]);
    return failed.length === 0;
  }

  /** Takes back a connection whose creation could not be completed. */
  async withdraw(id: string): Promise<void> {
    await this.table.write([{ delete: connectionKey(id) }]);
  }

  /** Connections in the order of their ids. @param after continue behind this id */
  async list(limit: number, after?: string): Promise<ConnectionsPage> {
    const start = after === undefined ? undefined : { ...connectionKey(after), gsi1pk: CONNECTIONS, gsi1sk: after };
    const { items, next } = await this.table.query(CONNECTIONS, { index: INVERSE_INDEX, after: start, limit });
    const found = await this.table.getMany(items.map(({ pk, sk }) => ({ pk, sk })));
    const connections = found.map(fromItem).sort((a, b) => (a.id < b.id ? -1 : 1));
    return { connections, next: next === undefined ? undefined : textOf(next, 'gsi1sk') };
  }

  /**
   * Changes a connection.
   * @param compute the connection as it is to be; called again when another change came first
   * @returns undefined when there is no such connection
   */
  async change(
    id: string,
    compute: (connection: Connection) => Connection | Promise<Connection>,
  ): Promise<Connection | undefined> {
    for (let attempt = 1; ; attempt += 1) {
      const item = await this.table.get(connectionKey(id));
      if (item === undefined) return undefined;
      const changed = await compute(fromItem(item));
      const condition = { is: 'version', version: textOf(item, 'version') } as const;
      const failed = await this.table.write([{ put: toItem(changed), condition }]);
      if (failed.length === 0) return changed;
      await this.table.retries.pause(attempt);
    }
  }
}

function toItem(connection: Connection): Item {
  const { id, tokens, failureMail, schemas, ...settings } = connection;
  return {
    ...connectionKey(id),
    gsi1pk: CONNECTIONS,
    gsi1sk: id,
    version: newVersion(),
    ...settings,
    tokens: tokens.map(tokenItem),
    // As text, like the attributes of a resource.
    schemas: JSON.stringify(schemas),
    ...(failureMail === undefined ? {} : { failureMail: { ...failureMail } }),
  };
}

function tokenItem({ id, digest, createdAt, expiresAt }: StoredToken): Readonly<Record<string, string>> {
  return { id, digest, createdAt, expiresAt };
}

function fromItem(item: Item): Connection {
  const failureMail = toFailureMail(item['failureMail']);
  return {
    id: textOf(item, 'gsi1sk'),
    displayName: textOf(item, 'displayName'),
    identityProvider: textOf(item, 'identityProvider'),
    enabled: item['enabled'] === true,
    userDeletion: item['userDeletion'] === 'erase' ? 'erase' : 'retain',
    groups: item['groups'] !== false,
    ...(failureMail === undefined ? {} : { failureMail }),
    tokenExpiresInDays: Number(item['tokenExpiresInDays']),
    createdAt: textOf(item, 'createdAt'),
    tokens: toTokens(item['tokens']),
    schemas: toSchemas(textOf(item, 'schemas')),
    cursorKey: textOf(item, 'cursorKey'),
  };
}

/** What `parseExtensionSchema` accepted when it was stored. */
function toSchemas(text: string): readonly Schema[] {
  return text === '[]' ? [] : (JSON.parse(text) as readonly Schema[]);
}

function toFailureMail(value: ItemValue | undefined): FailureMail | undefined {
  if (!isRecord(value)) return undefined;
  const { recipients, windowSeconds } = value;
  return {
    recipients: Array.isArray(recipients) ? recipients.map(String) : [],
    ...(typeof windowSeconds === 'number' ? { windowSeconds } : {}),
  };
}

function toTokens(value: ItemValue | undefined): readonly StoredToken[] {
  const list: readonly ItemValue[] = Array.isArray(value) ? value : [];
  return list.filter(isRecord).map((token) => ({
    id: asText(token['id']),
    digest: asText(token['digest']),
    createdAt: asText(token['createdAt']),
    expiresAt: asText(token['expiresAt']),
  }));
}

function isRecord(value: ItemValue | undefined): value is Readonly<Record<string, ItemValue>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
