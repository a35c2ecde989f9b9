import { v7 as uuidv7 } from 'uuid';
import { handOver, intentWrite, newConversionTask } from '../store/intents';
import { conversionPartition } from '../store/keys';
import { isIssuedId } from '../store/resource-ids';
import type { Table } from '../store/table';
import { newVersion } from '../store/version';
import { ABSENT, type Write } from '../store/write';
import {
  conflictFromItem,
  conflictPrefix,
  conversionFromItem,
  conversionKey,
  conversionToItem,
  openConversionKey,
  type Conversion,
  type ConversionConflict,
  type ConversionTarget,
} from './conversion-item';

/** Conversions that are listed. */
const LISTED = 20;

/** The conversions of user names of a connection. */
export class Conversions {
  constructor(
    private readonly table: Table,
    private readonly connection: string,
  ) {}

  /** Returns a conversion; undefined if there is none with the id. */
  async find(id: string): Promise<Conversion | undefined> {
    if (!isIssuedId(id)) return undefined;
    const item = await this.table.get(conversionKey(this.connection, id));
    return item && conversionFromItem(this.connection, item);
  }

  /** Returns the latest conversions, newest first. */
  async list(): Promise<readonly Conversion[]> {
    const open = openConversionKey(this.connection);
    const ids: string[] = [];
    // Conflicts lie between the conversions: each is reached by the key before those of the next.
    for (let before = open.sk; ids.length < LISTED; before = ids.at(-1) ?? '') {
      const { items } = await this.table.query(open.pk, {
        after: { pk: open.pk, sk: before },
        backward: true,
        limit: 1,
      });
      const [id] = items[0]?.sk.split('#') ?? [];
      if (id === undefined) break;
      ids.push(id);
    }
    const items = await this.table.getMany(ids.map((id) => conversionKey(this.connection, id)));
    return items
      .map((item) => conversionFromItem(this.connection, item))
      .sort((a, b) => (a.id < b.id ? 1 : -1));
  }

  /** Returns the first conflicts that the present state has found, ordered by user. */
  async conflicts(conversion: Conversion, limit: number): Promise<readonly ConversionConflict[]> {
    const prefix = conflictPrefix(conversion);
    const conflicts: ConversionConflict[] = [];
    const options = { between: [prefix, `${prefix}~`], limit } as const;
    for await (const item of this.table.queryAll(conversionPartition(this.connection), options)) {
      conflicts.push(conflictFromItem(item));
      if (conflicts.length === limit) break;
    }
    return conflicts;
  }

  /**
   * Starts a conversion. A dry run only counts.
   * @param alongside writes of the same transaction
   * @returns undefined if another conversion is open
   */
  async start(
    to: ConversionTarget,
    { isDryRun, startedBy }: { readonly isDryRun: boolean; readonly startedBy: string },
    alongside: readonly Write[],
  ): Promise<Conversion | undefined> {
    const { connection } = this;
    const conversion: Conversion = {
      id: uuidv7(),
      connection,
      to,
      state: isDryRun ? 'checking' : 'converting',
      startedAt: new Date().toISOString(),
      startedBy,
      users: 0,
      converted: 0,
      conflicts: 0,
      after: undefined,
      version: newVersion(),
    };
    const open = { ...openConversionKey(connection), conversion: conversion.id };
    const isStarted = await this.hand(conversion, [
      { put: conversionToItem(conversion), condition: ABSENT },
      ...(isDryRun ? [] : [{ put: open, condition: ABSENT }]),
      ...alongside,
    ]);
    return isStarted ? conversion : undefined;
  }

  /**
   * Goes back to the former names, or ends the time in which they are found.
   * @param alongside writes of the same transaction
   * @returns undefined if the conversion is in another state by now
   */
  async proceed(
    conversion: Conversion,
    state: 'undoing' | 'closing',
    alongside: readonly Write[],
  ): Promise<Conversion | undefined> {
    const { after: _, ...rest } = conversion;
    const begun = { state, users: 0, conflicts: 0, after: undefined, version: newVersion() };
    const converted = state === 'undoing' ? 0 : conversion.converted;
    const next = { ...rest, ...begun, converted };
    const isDone = await this.hand(next, [
      {
        put: conversionToItem(next),
        condition: { is: 'version', version: conversion.version },
      },
      ...alongside,
    ]);
    return isDone ? next : undefined;
  }

  /** Writes a conversion, and hands the work over to the `completion` function. */
  private async hand(conversion: Conversion, writes: readonly Write[]): Promise<boolean> {
    const task = newConversionTask(this.connection, conversion.id);
    const failed = await this.table.write([...writes, intentWrite(task)]);
    if (failed.length > 0) return false;
    await handOver(this.table, task);
    return true;
  }
}
