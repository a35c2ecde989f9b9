import { existsSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import initSqlJs from 'sql.js';

/**
 * The embedded engine keeps its data in an SQLite file. For each record of a table's stream it looks for the last one, among all that
 * there ever were: without an index a write takes the longer the more came before it (6 ms after 20,000 writes, dynoxide 1.2.1). A file in which
 * its table of records is there already, with an index, and trimmed as DynamoDB trims a stream, keeps that time the same.
 */
const STREAM_RECORDS = `
  CREATE TABLE _stream_records (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    table_name TEXT NOT NULL,
    event_name TEXT NOT NULL,
    keys_json TEXT NOT NULL,
    new_image TEXT,
    old_image TEXT,
    sequence_number TEXT NOT NULL,
    shard_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    user_identity TEXT
  );
  CREATE INDEX _stream_sequence ON _stream_records (table_name, CAST(sequence_number AS INTEGER));
  CREATE TRIGGER _stream_trim AFTER INSERT ON _stream_records BEGIN
    DELETE FROM _stream_records WHERE id <= NEW.id - 100000;
  END;
`;

/** Makes the engine's file, unless it is there already. */
export async function prepareDatabase(file: string): Promise<void> {
  if (existsSync(file)) return;
  const { Database } = await initSqlJs();
  const database = new Database();
  database.run(STREAM_RECORDS);
  writeFileSync(file, database.export());
  database.close();
}

/** A folder for a database that is to leave nothing behind: in memory where the system has a file system there. */
export function temporaryFolder(): { readonly path: string; remove(): void } {
  const parent = hasRoom(SHARED_MEMORY) ? SHARED_MEMORY : tmpdir();
  const folder = mkdtempSync(path.join(parent, 'cdk-scim-engine-'));
  return {
    path: folder,
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const SHARED_MEMORY = '/dev/shm';

/** Containers often have 64 MB there, which some ten thousand users fill. */
const ROOM_BYTES = 1024 ** 3;

function hasRoom(folder: string): boolean {
  if (!existsSync(folder)) return false;
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize >= ROOM_BYTES;
}
