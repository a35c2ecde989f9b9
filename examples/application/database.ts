import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import initSqlJs from 'sql.js';
import type { Database } from './accounts';

/** A SQLite database in a file. */
export interface FileDatabase extends Database {
  /** Writes the file; a crash in the middle leaves the earlier one. */
  save(): void;
}

/** Opens a SQLite database. @param file is created if it does not exist */
export async function openDatabase(file: string): Promise<FileDatabase> {
  const { Database: SqlDatabase } = await initSqlJs();
  const database = new SqlDatabase(existsSync(file) ? readFileSync(file) : undefined);
  return {
    run: (sql, values) => database.run(sql, values),
    column: (sql, values) => (database.exec(sql, values)[0]?.values ?? []).map(([first]) => first),
    save: () => {
      writeFileSync(`${file}.new`, database.export());
      renameSync(`${file}.new`, file);
    },
  };
}
