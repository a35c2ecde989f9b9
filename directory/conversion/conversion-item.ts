import { numberOf, textOf, type Item, type ItemValue, type Key } from '../store/item';
import { conversionPartition } from '../store/keys';
import { idIn, sortKeyOf } from '../store/resource-ids';

/*
 * A conversion gives the users of a connection other user names. Its item holds how far it has
 * come; conflicts are items of their own, without names, so that nothing of an erased user stays.
 */

/** The addresses that can become user names: the work address, or the primary one. */
export const CONVERSION_TARGETS = ['emails.work', 'emails.primary'] as const;
export type ConversionTarget = (typeof CONVERSION_TARGETS)[number];

/** States in which a worker goes through all users, and the state that follows. */
export const WORKING = {
  checking: 'checked',
  converting: 'converted',
  undoing: 'undone',
  closing: 'closed',
} as const;
export type WorkingState = keyof typeof WORKING;
const WORKING_STATES: readonly WorkingState[] = ['checking', 'converting', 'undoing', 'closing'];

/**
 * The state of a conversion. Former names are found from `converting` until the end of `closing`.
 */
export type ConversionState = WorkingState | (typeof WORKING)[WorkingState];
const STATES: readonly ConversionState[] = [...WORKING_STATES, ...Object.values(WORKING)];

/** A conversion of user names. */
export interface Conversion {
  readonly id: string;
  readonly connection: string;
  readonly to: ConversionTarget;
  readonly state: ConversionState;
  /** RFC 3339. */
  readonly startedAt: string;
  /** The ARN of the principal. */
  readonly startedBy: string;
  /** Users that the present state has gone through. */
  readonly users: number;
  /** Users with another name now; in a dry run, those that would have one. */
  readonly converted: number;
  /** Users that were left alone. */
  readonly conflicts: number;
  /** Id of the last user that the present state has gone through. */
  readonly after: string | undefined;
  /** Changes with every write. */
  readonly version: string;
}

/** Why a user was left alone. */
export const CONFLICT_REASONS = ['noAddress', 'addressTaken', 'changedSince', 'refused'] as const;
export type ConflictReason = (typeof CONFLICT_REASONS)[number];

/** A user who was left alone. */
export interface ConversionConflict {
  readonly userId: string;
  readonly reason: ConflictReason;
}

/** Returns the key of a conversion. */
export function conversionKey(connection: string, id: string): Key {
  return { pk: conversionPartition(connection), sk: id };
}

/** Returns the key of the item that a connection has while a conversion is open. */
export function openConversionKey(connection: string): Key {
  return { pk: conversionPartition(connection), sk: 'open' };
}

/** Returns what the sort keys of the conflicts begin with that a state has found. */
export function conflictPrefix({ id, state }: Pick<Conversion, 'id' | 'state'>): string {
  return `${id}#${WORKING_STATES.find((each) => WORKING[each] === state) ?? state}#`;
}

/** Returns a conversion as an item. */
export function conversionToItem({ connection, id, after, ...rest }: Conversion): Item {
  return {
    ...conversionKey(connection, id),
    ...(rest satisfies Readonly<Record<string, ItemValue>>),
    ...(after === undefined ? {} : { after }),
  };
}

/** Reads the item of `conversionToItem`. */
export function conversionFromItem(connection: string, item: Item): Conversion {
  const { after } = item;
  return {
    id: item.sk,
    connection,
    to: CONVERSION_TARGETS.find((each) => each === item['to']) ?? 'emails.work',
    state: STATES.find((each) => each === item['state']) ?? 'closed',
    startedAt: textOf(item, 'startedAt'),
    startedBy: textOf(item, 'startedBy'),
    users: numberOf(item, 'users'),
    converted: numberOf(item, 'converted'),
    conflicts: numberOf(item, 'conflicts'),
    after: typeof after === 'string' ? after : undefined,
    version: textOf(item, 'version'),
  };
}

/** Returns a conflict as an item. */
export function conflictToItem(
  { connection, id }: Pick<Conversion, 'connection' | 'id'>,
  state: WorkingState,
  { userId, reason }: ConversionConflict,
): Item {
  const sk = `${conflictPrefix({ id, state })}${sortKeyOf(userId)}`;
  return { pk: conversionPartition(connection), sk, reason };
}

/** Reads the item of `conflictToItem`. */
export function conflictFromItem(item: Item): ConversionConflict {
  const sk = item.sk.slice(item.sk.lastIndexOf('#') + 1);
  return {
    userId: idIn({ sk }),
    reason: CONFLICT_REASONS.find((each) => each === item['reason']) ?? 'refused',
  };
}
