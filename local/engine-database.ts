import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import initSqlJs from 'sql.js';
import { freeBytes, unwritable } from './state/files';

/**
 * Schema of the stream records in the embedded engine's SQLite file.
 *
 * To number a new record, the engine searches all earlier records of the stream for the highest
 * number. Without an index, each write gets slower (6 ms after 20,000 writes, dynoxide 1.2.1). We
 * create the table up front with an index and trim it, as DynamoDB trims streams, so that the time
 * per write stays constant.
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

/**
 * Creates the engine's database file unless it exists.
 * @throws Error with advice if the folder cannot be written
 */
export async function prepareDatabase(file: string): Promise<void> {
  if (existsSync(file)) return;
  const { Database } = await initSqlJs();
  const database = new Database();
  database.run(STREAM_RECORDS);
  try {
    writeFileSync(file, database.export());
  } catch (error) {
    // A file that was only begun would count as a database the next time.
    rmSync(file, { force: true });
    throw unwritable(path.dirname(file), error);
  } finally {
    database.close();
  }
}

/** Creates a folder for a temporary database, in memory if the system has a memory file system. */
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

/** Containers often have only 64 MB of shared memory, which about ten thousand users fill. */
const ROOM_BYTES = 1024 ** 3;

function hasRoom(folder: string): boolean {
  return existsSync(folder) && freeBytes(folder) >= ROOM_BYTES;
}
