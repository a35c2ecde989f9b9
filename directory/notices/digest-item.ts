import { isObject } from '../../scim/json';
import { numberOf, textOf, type Item, type ItemValue } from '../store/item';
import { digestKey, DIGESTS, idPrefix } from '../store/keys';
import { newVersion } from '../store/version';
import type { DigestState, Muted } from './failure-muting';

const NEW_DIGEST: DigestState = {
  lastSequence: '',
  failingSince: undefined,
  isChangeFailing: false,
  muted: new Map(),
};

/** Returns a digest as an item. The index lists it by the time of its next summary. */
export function digestToItem(connection: string, state: DigestState): Item {
  const { lastSequence, failingSince, isChangeFailing, muted } = state;
  const due = [...muted.values()].filter(({ since }) => since > 0).map(({ until }) => until);
  const causes: Record<string, ItemValue> = {};
  for (const [key, { until, since }] of muted) causes[key] = { until, since };
  return {
    ...digestKey(connection),
    version: newVersion(),
    connection,
    lastSequence,
    isChangeFailing,
    muted: causes,
    ...(failingSince === undefined ? {} : { failingSince }),
    ...(due.length === 0
      ? {}
      : { gsi1pk: DIGESTS, gsi1sk: `${idPrefix(Math.min(...due))}#${connection}` }),
  };
}

/** Reads the item of `digestToItem`; a new digest without one. */
export function digestFromItem(item: Item | undefined): DigestState {
  if (item === undefined) return NEW_DIGEST;
  const causes = isObject(item['muted']) ? Object.entries(item['muted']) : [];
  return {
    lastSequence: textOf(item, 'lastSequence'),
    failingSince: item['failingSince'] === undefined ? undefined : numberOf(item, 'failingSince'),
    isChangeFailing: item['isChangeFailing'] === true,
    muted: new Map(
      causes
        .map(([key, value]) => [key, mutedFrom(value)] as const)
        // DynamoDB's maps have no order: sort by the time of the report.
        .sort(([, a], [, b]) => a.until - b.until),
    ),
  };
}

function mutedFrom(value: ItemValue | undefined): Muted {
  const { until, since } = isObject(value) ? value : {};
  return { until: Number(until), since: Number(since) };
}
