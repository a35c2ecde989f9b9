import { ExpiredCursorError, type ScimClient, type ScimEvent, type User } from 'cdk-scim/client';

/** A SQL database; the example uses SQLite. */
export interface Database {
  run(sql: string, values?: (string | number | null)[]): unknown;
  /** Returns the first column of each row. */
  column(sql: string, values?: (string | number | null)[]): unknown[];
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS accounts (
    connection TEXT NOT NULL,
    id TEXT NOT NULL,
    email TEXT,
    name TEXT,
    status TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    load TEXT,
    PRIMARY KEY (connection, id)
  );
  CREATE TABLE IF NOT EXISTS progress (name TEXT PRIMARY KEY, cursor TEXT NOT NULL);
`;

/**
 * Changes nothing unless the row is older: events may come again and late. A resync repeats the
 * sequence that the row has, and shows the user under a mapping that may have changed.
 */
const UPSERT = `
  INSERT INTO accounts (connection, id, email, name, status, sequence, load)
  VALUES (?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (connection, id) DO UPDATE SET
    email = excluded.email, name = excluded.name, status = excluded.status,
    sequence = excluded.sequence, load = coalesce(excluded.load, load)
  WHERE accounts.sequence < excluded.sequence + ?
`;

/** Keeps a table of accounts in step with the directory. */
export class Accounts {
  constructor(
    private readonly database: Database,
    private readonly scim: ScimClient,
  ) {
    for (const statement of SCHEMA.split(';').filter((text) => text.trim() !== '')) {
      database.run(statement);
    }
  }

  /** Applies everything that has happened since the last time. */
  async follow(): Promise<void> {
    const [cursor] = this.database.column('SELECT cursor FROM progress');
    if (typeof cursor !== 'string') await this.load();
    else await this.applyAfter(cursor);
  }

  private async applyAfter(after: string): Promise<void> {
    try {
      for await (const { events, nextCursor } of this.scim.eventPages({ after })) {
        for (const event of events) this.apply(event);
        this.remember(nextCursor);
      }
    } catch (error) {
      // The application was away for longer than events are kept.
      if (!(error instanceof ExpiredCursorError)) throw error;
      await this.load();
    }
  }

  /** Applies one event. Events that the application does not need are ignored. */
  apply(event: ScimEvent): void {
    const { id: connection } = event.data.connection;
    if (event.type === 'connection.deleted') {
      this.database.run('DELETE FROM accounts WHERE connection = ?', [connection]);
    } else if ('user' in event.data) {
      const { user, sequence, reason } = event.data;
      const isDeleted = event.type === 'user.deleted';
      const isResync = reason === 'resync';
      const profile = { roles: [], custom: {}, active: false, ...user, sequence };
      this.upsert(connection, profile, { isDeleted, isResync });
    }
  }

  /** Reads the present state: at the first start, and after a long absence. */
  private async load(): Promise<void> {
    let end = '';
    // The end of the log comes first, so that nothing is missed while the users are read.
    for await (const page of this.scim.eventPages({ after: 'latest' })) end = page.nextCursor;
    for await (const { id: connection, state } of this.scim.connections()) {
      if (state === 'deleting') continue;
      for await (const user of this.scim.users(connection))
        this.upsert(connection, user, { load: end });
      const deleted = this.scim.users(connection, { deleted: true });
      for await (const user of deleted)
        this.upsert(connection, user, { isDeleted: true, load: end });
    }
    // Users that the load did not find have been erased.
    this.database.run('DELETE FROM accounts WHERE load IS NOT ?', [end]);
    this.remember(end);
  }

  private upsert(
    connection: string,
    user: User,
    {
      isDeleted = false,
      isResync = false,
      load,
    }: { readonly isDeleted?: boolean; readonly isResync?: boolean; readonly load?: string },
  ): void {
    const status = isDeleted ? 'deleted' : user.active ? 'active' : 'inactive';
    const { id, email = null, displayName = null, sequence } = user;
    const values = [connection, id, email, displayName, status, sequence, load ?? null];
    const isRepeated = isResync || load !== undefined;
    this.database.run(UPSERT, [...values, isRepeated ? 1 : 0]);
    if (load !== undefined) {
      const where = 'WHERE connection = ? AND id = ?';
      this.database.run(`UPDATE accounts SET load = ? ${where}`, [load, connection, id]);
    }
  }

  private remember(cursor: string): void {
    const sql = `INSERT INTO progress VALUES ('events', ?)
      ON CONFLICT (name) DO UPDATE SET cursor = excluded.cursor`;
    this.database.run(sql, [cursor]);
  }
}
