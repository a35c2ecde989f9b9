import type { AuditRecord } from '../connections/audit';
import { auditWrite } from '../connections/audit';
import type { Connection } from '../connections/connection';
import { connectionFromItem, type StoredConnection } from '../connections/connection-item';
import { withSchemas } from '../connections/connection-schemas';
import { textOf } from '../store/item';
import { connectionKey, portalLinkPartition, portalSessionPartition } from '../store/keys';
import { isIssuedId } from '../store/resource-ids';
import type { Table } from '../store/table';
import { PRESENT, type Write } from '../store/write';
import { CONNECTION_ID } from '../connections/connection';
import {
  isRemoved,
  newPortalLink,
  portalLinkFromItem,
  portalLinkKey,
  portalLinkToItem,
  readPortalLinkToken,
  stateOfLink,
  type PortalLink,
  type PortalLinkSettings,
} from './portal-link';
import { digestOf, matchesDigest, newSecret } from './secret';

/** How long a session of the portal lasts. */
export const PORTAL_SESSION_MS = 5 * 3_600_000;

/** A session of the portal: one connection, and what the link's intent allows. */
export interface PortalSession {
  readonly connection: Connection;
  readonly link: PortalLink;
  /** RFC 3339. */
  readonly startedAt: string;
  /** RFC 3339. */
  readonly expiresAt: string;
}

/** A session that was just started. */
export interface OpenedPortal {
  /** Its secret. */
  readonly session: string;
  /** RFC 3339. */
  readonly expiresAt: string;
  readonly recorded: AuditRecord;
}

/** The links and sessions of the portal. */
export class PortalSessions {
  constructor(private readonly table: Table) {}

  /**
   * Adds a link.
   * @returns the link, its token, which the table does not have, and the audit record
   */
  async addLink(
    settings: PortalLinkSettings,
    record: (link: PortalLink) => AuditRecord,
  ): Promise<{
    readonly link: PortalLink;
    readonly token: string;
    readonly recorded: AuditRecord;
  }> {
    const created = newPortalLink(settings);
    const recorded = record(created.link);
    await this.table.write([{ put: portalLinkToItem(created.link) }, auditWrite(recorded)]);
    return { ...created, recorded };
  }

  /** Returns the links of a connection, newest first. @param after id to continue after */
  async links(
    connection: string,
    limit: number,
    after: string | undefined,
  ): Promise<{ readonly links: readonly PortalLink[]; readonly next: string | undefined }> {
    const pk = portalLinkPartition(connection);
    const start = after === undefined ? undefined : { pk, sk: after };
    const { items, next } = await this.table.query(pk, { limit, after: start, backward: true });
    const kept = items.filter((item) => !isRemoved(item));
    return { links: kept.map((item) => portalLinkFromItem(connection, item)), next: next?.sk };
  }

  /** Returns a link that can be opened, by its token. */
  async openable(token: string): Promise<PortalLink | undefined> {
    const read = readPortalLinkToken(token);
    if (read === undefined) return undefined;
    const { connection, id, secret } = read;
    const items = await this.table.getMany([
      portalLinkKey(connection, id),
      connectionKey(connection),
    ]);
    const item = items.find(({ pk }) => pk === portalLinkPartition(connection));
    const stored = items.find(({ sk }) => sk === 'connection');
    if (item === undefined || stored === undefined) return undefined;
    const link = portalLinkFromItem(connection, item);
    const isOpenable =
      matchesDigest(secret, link.digest) &&
      stateOfLink(link) === 'unused' &&
      // A link of an earlier connection with this id opens nothing.
      link.createdAt >= (connectionFromItem(stored)?.createdAt ?? '~');
    return isOpenable ? link : undefined;
  }

  /**
   * Opens a link: it cannot be opened again.
   * @returns the secret of the new session; undefined if the link cannot be opened
   */
  async open(
    token: string,
    record: (link: PortalLink) => AuditRecord,
  ): Promise<OpenedPortal | undefined> {
    const link = await this.openable(token);
    if (link === undefined) return undefined;
    const { connection, id, intent } = link;
    const now = Date.now();
    const openedAt = new Date(now).toISOString();
    const expiresAt = new Date(now + PORTAL_SESSION_MS).toISOString();
    const recorded = record(link);
    const secret = newSecret();
    const session = {
      pk: portalSessionPartition(connection),
      sk: digestOf(secret) ?? '',
      link: id,
      startedAt: openedAt,
      expiresAt,
      ttl: Math.ceil((now + PORTAL_SESSION_MS) / 1000),
    };
    const failed = await this.table.write([
      {
        update: portalLinkKey(connection, id),
        set: { openedAt },
        condition: { is: 'without', attributes: ['openedAt', 'revokedAt'] },
      },
      { put: session },
      auditWrite(recorded),
      ...(intent === 'setup' ? [setupWrite(connection, expiresAt)] : []),
    ]);
    if (failed.length > 0) return undefined;
    return { session: `${connection}.${secret}`, expiresAt, recorded };
  }

  /** Returns the session of a secret; undefined if it has ended, or its link was revoked. */
  async find(session: string): Promise<PortalSession | undefined> {
    const [connection = '', secret = ''] = session.split('.');
    const digest = digestOf(secret);
    if (digest === undefined || !CONNECTION_ID.test(connection)) return undefined;
    const item = await this.table.get({ pk: portalSessionPartition(connection), sk: digest });
    if (item === undefined) return undefined;
    const [startedAt, expiresAt, id] = ['startedAt', 'expiresAt', 'link'].map((name) =>
      textOf(item, name),
    ) as [string, string, string];
    const found = await this.table.getMany([
      portalLinkKey(connection, id),
      connectionKey(connection),
    ]);
    const linkItem = found.find(({ pk }) => pk === portalLinkPartition(connection));
    const stored = found.find(({ sk }) => sk === 'connection');
    const current = stored === undefined ? undefined : connectionFromItem(stored);
    if (linkItem === undefined || current === undefined) return undefined;
    const link = portalLinkFromItem(connection, linkItem);
    const isOver = Date.parse(expiresAt) <= Date.now() || link.revokedAt !== undefined;
    // A session of an earlier connection with this id opens nothing.
    const isOfEarlier = startedAt < current.createdAt;
    const [whole] = await withSchemas(this.table, [current]);
    if (isOver || isOfEarlier || whole === undefined) return undefined;
    return { connection: whole, link, startedAt, expiresAt };
  }

  /** Ends a session. */
  async end(session: string, { connection, link }: PortalSession): Promise<void> {
    const sk = digestOf(session.split('.')[1] ?? '') ?? '';
    const ending: Write = { delete: { pk: portalSessionPartition(connection.id), sk } };
    if (link.intent !== 'setup') await this.table.write([ending]);
    else await this.stopRecording(connection.id, link.id, [ending]);
  }

  /**
   * Revokes a link and ends its session. A link that was revoked before stays as it is.
   * @returns false if there is no such link
   */
  async revoke(connection: string, id: string, record: AuditRecord): Promise<boolean> {
    if (!isIssuedId(id)) return false;
    for (;;) {
      const item = await this.table.get(portalLinkKey(connection, id));
      if (item === undefined || isRemoved(item)) return false;
      const { intent, openedAt, revokedAt } = portalLinkFromItem(connection, item);
      if (revokedAt !== undefined) return true;
      const writes = [
        {
          update: portalLinkKey(connection, id),
          set: { revokedAt: new Date().toISOString() },
          // If the link is opened in the meantime, recording has started and must be stopped, too.
          condition: { is: 'same', attribute: 'openedAt', value: openedAt },
        },
        auditWrite(record),
      ] as const;
      const isInUse = intent === 'setup' && openedAt !== undefined;
      if (isInUse && (await this.stopRecording(connection, id, writes))) return true;
      if (!isInUse && (await this.table.write(writes)).length === 0) return true;
    }
  }

  /**
   * Makes writes that end a link's session. Requests are recorded on for the other sessions.
   * @returns false if a condition of the writes failed
   */
  private async stopRecording(
    connection: string,
    link: string,
    writes: readonly Write[],
  ): Promise<boolean> {
    for (;;) {
      const stored = await this.table.get(connectionKey(connection));
      const current = stored === undefined ? undefined : connectionFromItem(stored);
      const last = current === undefined ? [] : [await this.recordingWrite(current, link)];
      const failed = await this.table.write([...writes, ...last]);
      if (failed.length === 0) return true;
      if (failed.some(({ index }) => index < writes.length)) return false;
    }
  }

  /** Returns the write that ends recording with the last session of another setup link. */
  private async recordingWrite({ id, setupUntil }: StoredConnection, link: string): Promise<Write> {
    const now = new Date().toISOString();
    const ends = new Map<string, string>();
    for await (const session of this.table.queryAll(portalSessionPartition(id))) {
      const [other, expiresAt] = [textOf(session, 'link'), textOf(session, 'expiresAt')];
      if (other !== link && expiresAt > now) ends.set(other, expiresAt);
    }
    const keys = [...ends.keys()].map((other) => portalLinkKey(id, other));
    const open = (await this.table.getMany(keys))
      .map((item) => portalLinkFromItem(id, item))
      .filter(({ intent, revokedAt }) => intent === 'setup' && revokedAt === undefined);
    const until = open
      .map((other) => ends.get(other.id) ?? '')
      .sort()
      .at(-1);
    const condition = { is: 'same', attribute: 'setupUntil', value: setupUntil } as const;
    return { ...setupWrite(id, until), condition };
  }
}

/** Sets until when requests of a connection are recorded. @param until undefined to stop */
function setupWrite(connection: string, until: string | undefined): Write {
  const update = connectionKey(connection);
  return until === undefined
    ? { update, remove: ['setupUntil'], condition: PRESENT }
    : { update, set: { setupUntil: until }, condition: PRESENT };
}
