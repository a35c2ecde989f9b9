import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import initSqlJs, { type Database } from 'sql.js';
import { prepareDatabase } from '../../local/engine-database';

let folder: string;
let database: Database;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'cdk-scim-test-'));
  const file = path.join(folder, 'dynamodb.sqlite');
  await prepareDatabase(file);
  const { Database } = await initSqlJs();
  database = new Database(readFileSync(file));
});

afterAll(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

test("the engine's query for the last record of a stream uses an index", () => {
  // Copied from dynoxide 1.2.1.
  const query =
    'SELECT COALESCE(MAX(CAST(sequence_number AS INTEGER)), 0) + 1 ' +
    "FROM _stream_records WHERE table_name = 'scim'";
  expect(JSON.stringify(database.exec(`EXPLAIN QUERY PLAN ${query}`))).toContain(
    'COVERING INDEX _stream_sequence',
  );
});

test('a stream keeps only its newest 100,000 records', () => {
  const insert = `INSERT INTO _stream_records
    (id, table_name, event_name, keys_json, sequence_number, shard_id, created_at)
    VALUES (?, 'scim', 'INSERT', '{}', ?, 'shard', 0)`;
  for (const id of [1, 2, 100_001]) database.run(insert, [id, String(id)]);
  expect(database.exec('SELECT id FROM _stream_records')[0]?.values).toEqual([[2], [100_001]]);
});
