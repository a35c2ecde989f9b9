import type { AuditRecord } from '../connections/audit';
import { auditWrite } from '../connections/audit';
import type { Connection } from '../connections/connection';
import { connectionFromItem } from '../connections/connection-item';
import { textOf } from '../store/item';
import {
  connectionKey,
  isResourceId,
  portalLinkPartition,
  portalSessionPartition,
} from '../store/keys';
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

/** The links and sessions of the portal. */
export class PortalSessions {
  constructor(private readonly table: Table) {}

  /**
   * Adds a link.
   * @returns the link and its token, which the table does not have
   */
  async addLink(
    settings: PortalLinkSettings,
    record: (link: PortalLink) => AuditRecord,
  ): Promise<{ readonly link: PortalLink; readonly token: string }> {
    const created = newPortalLink(settings);
    await this.table.write([
      { put: portalLinkToItem(created.link) },
      auditWrite(record(created.link)),
    ]);
    return created;
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
  ): Promise<{ readonly link: PortalLink; readonly session: string } | undefined> {
    const link = await this.openable(token);
    if (link === undefined) return undefined;
    const { connection, id, intent } = link;
    const now = Date.now();
    const [openedAt, expiresAt] = [now, now + PORTAL_SESSION_MS].map((time) =>
      new Date(time).toISOString(),
    );
    const secret = newSecret();
    const session = {
      pk: portalSessionPartition(connection),
      sk: digestOf(secret) ?? '',
      link: id,
      startedAt: openedAt ?? '',
      expiresAt: expiresAt ?? '',
      ttl: Math.ceil((now + PORTAL_SESSION_MS) / 1000),
    };
    const failed = await this.table.write([
      {
        update: portalLinkKey(connection, id),
        set: { openedAt: openedAt ?? '' },
        condition: { is: 'unopened' },
      },
      { put: session },
      auditWrite(record(link)),
      ...(intent === 'setup' ? [setupWrite(connection, expiresAt)] : []),
    ]);
    return failed.length > 0 ? undefined : { link, session: `${connection}.${secret}` };
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
    return isOver || isOfEarlier ? undefined : { connection: current, link, startedAt, expiresAt };
  }

  /** Ends a session. */
  async end(session: string, { connection, link }: PortalSession): Promise<void> {
    const sk = digestOf(session.split('.')[1] ?? '') ?? '';
    await this.table.write([
      { delete: { pk: portalSessionPartition(connection.id), sk } },
      ...(link.intent === 'setup' ? [await this.setupWriteWithout(connection.id, link.id)] : []),
    ]);
  }

  /**
   * Revokes a link and ends its session.
   * @returns false if there is no such link
   */
  async revoke(connection: string, id: string, record: AuditRecord): Promise<boolean> {
    if (!isResourceId(id)) return false;
    const item = await this.table.get(portalLinkKey(connection, id));
    const link = item === undefined ? undefined : portalLinkFromItem(connection, item);
    const isInUse = link?.intent === 'setup' && link.openedAt !== undefined;
    const failed = await this.table.write([
      {
        update: portalLinkKey(connection, id),
        set: { revokedAt: new Date().toISOString() },
        condition: PRESENT,
      },
      auditWrite(record),
      ...(isInUse ? [await this.setupWriteWithout(connection, id)] : []),
    ]);
    return failed.length === 0;
  }

  /** Returns the write that records requests for the other sessions, once this link's has ended. */
  private async setupWriteWithout(connection: string, link: string): Promise<Write> {
    const pk = portalSessionPartition(connection);
    const now = new Date().toISOString();
    const ends = new Map<string, string>();
    for await (const session of this.table.queryAll(pk)) {
      const [other, expiresAt] = [textOf(session, 'link'), textOf(session, 'expiresAt')];
      if (other !== link && expiresAt > now) ends.set(other, expiresAt);
    }
    const links = await this.table.getMany(
      [...ends.keys()].map((id) => portalLinkKey(connection, id)),
    );
    const open = links
      .map((item) => portalLinkFromItem(connection, item))
      .filter(({ intent, revokedAt }) => intent === 'setup' && revokedAt === undefined);
    const latest = open.map(({ id }) => ends.get(id) ?? '').sort();
    return setupWrite(connection, latest.at(-1));
  }
}

/** Sets until when requests of a connection are recorded. @param until undefined to stop */
function setupWrite(connection: string, until: string | undefined): Write {
  const update = connectionKey(connection);
  return until === undefined
    ? { update, remove: ['setupUntil'], condition: PRESENT }
    : { update, set: { setupUntil: until }, condition: PRESENT };
}
