import { isObject } from '../../scim/json';
import { numberOf, textOf, type Item, type ItemValue } from '../store/item';
import { idPrefix } from '../store/key-texts';
import { digestKey, DIGESTS } from '../store/keys';
import { newVersion } from '../store/version';
import { ENDINGS, type Collection } from './failure-collection';
import type { DigestState, Muted } from './failure-muting';
import type { FailedCause } from './notice';

const NEW_DIGEST: DigestState = {
  last: { sequence: '' },
  failingSince: undefined,
  isChangeFailing: false,
  muted: new Map(),
};

/** Returns a digest as an item. The index lists it by the time of its next report. */
export function digestToItem(connection: string, state: DigestState): Item {
  const { last, collection, failingSince, isChangeFailing, muted } = state;
  const summaries = [...muted.values()].filter(({ since }) => since > 0);
  const due = [...summaries, ...(collection === undefined ? [] : [collection])].map(
    ({ until }) => until,
  );
  const causes: Record<string, ItemValue> = {};
  for (const [key, { until, since }] of muted) causes[key] = { until, since };
  return {
    ...digestKey(connection),
    version: newVersion(),
    connection,
    lastSequence: last.sequence,
    ...(last.stream === undefined ? {} : { stream: last.stream }),
    isChangeFailing,
    muted: causes,
    ...(failingSince === undefined ? {} : { failingSince }),
    ...(collection === undefined
      ? {}
      : {
          collectedUntil: collection.until,
          collectedEnding: collection.ending,
          collected: JSON.stringify([...collection.groups]),
        }),
    ...(due.length === 0
      ? {}
      : { gsi1pk: DIGESTS, gsi1sk: `${idPrefix(Math.min(...due))}#${connection}` }),
  };
}

/** Reads the item of `digestToItem`; a new digest without one. */
export function digestFromItem(item: Item | undefined): DigestState {
  if (item === undefined) return NEW_DIGEST;
  const collection = collectionFrom(item);
  const causes = isObject(item['muted']) ? Object.entries(item['muted']) : [];
  return {
    last: {
      sequence: textOf(item, 'lastSequence'),
      ...(item['stream'] === undefined ? {} : { stream: textOf(item, 'stream') }),
    },
    ...(collection === undefined ? {} : { collection }),
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

/** Items of releases before 0.3.0 have no collection. */
function collectionFrom(item: Item): Collection | undefined {
  if (item['collected'] === undefined) return undefined;
  // This module wrote the JSON.
  const groups = JSON.parse(textOf(item, 'collected')) as readonly [string, FailedCause][];
  return {
    until: numberOf(item, 'collectedUntil'),
    groups: new Map(groups),
    ending: ENDINGS.find((each) => each === item['collectedEnding']) ?? 'failing',
  };
}

function mutedFrom(value: ItemValue | undefined): Muted {
  const { until, since } = isObject(value) ? value : {};
  return { until: Number(until), since: Number(since) };
}
