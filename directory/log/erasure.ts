import type { Tenant } from '../resources/tenant';
import { inParallel } from '../store/batches';
import type { Item } from '../store/item';
import { entriesOfPartition, INVERSE_INDEX } from '../store/keys';
import { HAND_OVER_MS } from '../store/retries';
import { PRESENT, type Write } from '../store/write';
import { changeEntryFromItem, changesText, withoutValues } from './change-entry';

/** Entries stripped in parallel. */
const WIDTH = 8;

/**
 * Strips names and values from the log entries and events about an erased resource, as
 * `userDeletion: erase` promises. The entries remain: what happened and when is no personal data
 * once the resource is gone.
 * @returns false if there was not enough time
 */
export async function eraseEntries(
  { table, connection }: Pick<Tenant, 'table' | 'connection'>,
  resourceId: string,
): Promise<boolean> {
  const partition = entriesOfPartition(connection, resourceId);
  let after: Item | undefined;
  do {
    if (table.retries.timeLeft < HAND_OVER_MS) return false;
    const page = await table.query(partition, { index: INVERSE_INDEX, after, limit: 100 });
    const entries = await table.getMany(page.items.map(({ pk, sk }) => ({ pk, sk })));
    await inParallel(entries, WIDTH, async (entry) => {
      await table.write([strippedWrite(connection, entry)]);
    });
    after = page.next;
  } while (after !== undefined);
  return true;
}

function strippedWrite(connection: string, entry: Item): Write {
  const { pk, sk } = entry;
  const set =
    entry['entry'] === 'change'
      ? { changes: changesText(withoutValues(changeEntryFromItem(connection, entry)).changes) }
      : {};
  // `personal` belongs to events, `answer` to deliveries, and the last two to adopted candidates.
  const remove = ['name', 'externalId', 'personal', 'answer', 'userName', 'email'];
  return { update: { pk, sk }, set, remove, condition: PRESENT };
}
