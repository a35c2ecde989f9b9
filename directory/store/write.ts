import type { AttributeValue, TransactWriteItem, WriteRequest } from '@aws-sdk/client-dynamodb';
import { marshall, marshallKey } from './client/attribute-values';
import type { Item, ItemValue, Key } from './item';

/** The condition on which a write takes effect. */
export type Condition =
  | { readonly is: 'absent' }
  | { readonly is: 'present' }
  /** The item has not changed since it was read. */
  | { readonly is: 'version'; readonly version: string }
  /** The resource exists without pending member edits and, if given, in this version. */
  | { readonly is: 'noPendingEdits'; readonly version?: string }
  /** The item of a unique value leads to this resource. */
  | { readonly is: 'ownedBy'; readonly id: string }
  /** The item names this intent: a group with pending member edits, or a deleted connection. */
  | { readonly is: 'pendingIntent'; readonly intent: string }
  /** The item exists, and its attribute, a time, is missing or not later than `before`. */
  | { readonly is: 'notSince'; readonly attribute: string; readonly before: string }
  /** The attribute `position` has this value; a missing item or attribute counts as 0. */
  | { readonly is: 'position'; readonly position: number }
  /** The item has no lease, or one that has ended. @param now milliseconds since the epoch */
  | { readonly is: 'unleased'; readonly now: number }
  /** The item's lease belongs to this owner. */
  | { readonly is: 'leasedBy'; readonly owner: string }
  /** The item exists, and its attribute has this value; undefined if it is missing. */
  | { readonly is: 'same'; readonly attribute: string; readonly value: string | undefined }
  /** The item exists with this attribute. */
  | { readonly is: 'with'; readonly attribute: string }
  /** The item exists without these attributes. */
  | { readonly is: 'without'; readonly attributes: readonly string[] }
  /** The item, if it exists, has no `deletedAt`, and fewer than `most` texts in a set. */
  | { readonly is: 'notDeleted'; readonly room?: { readonly set: string; readonly most: number } }
  /** The event log is still in this epoch. */
  | { readonly is: 'epoch'; readonly epoch: string };

/** The item does not exist. */
export const ABSENT: Condition = { is: 'absent' };

/** The item exists. */
export const PRESENT: Condition = { is: 'present' };

/** A put or delete without a condition, which may take effect more than once. */
export type BatchWrite = { readonly put: Item } | { readonly delete: Key };

/** A condition on an item that a transaction does not change. */
export interface Check {
  readonly check: Key;
  readonly condition: Condition;
}

/** A change to one item. */
export type Write =
  | { readonly put: Item; readonly condition?: Condition }
  | { readonly delete: Key; readonly condition?: Condition }
  | {
      readonly update: Key;
      readonly set?: Readonly<Record<string, ItemValue>>;
      /** Increments; a missing attribute counts as 0. */
      readonly add?: Readonly<Record<string, number>>;
      /** Attributes to increment by 1 that count from 1; a missing one counts as 1. */
      readonly next?: readonly string[];
      /** A text to add to each of these sets, which may be missing. */
      readonly addToSets?: Readonly<Record<string, string>>;
      /** A text to remove from each of these sets. */
      readonly removeFromSets?: Readonly<Record<string, string>>;
      /** Attributes to remove. */
      readonly remove?: readonly string[];
      readonly condition?: Condition;
    };

interface Expression {
  readonly TableName: string;
  readonly ConditionExpression?: string;
  readonly ExpressionAttributeNames?: Record<string, string>;
  readonly ExpressionAttributeValues?: Record<string, AttributeValue>;
  readonly ReturnValuesOnConditionCheckFailure: 'ALL_OLD';
}
type PutInput = Expression & { readonly Item: Record<string, AttributeValue> };
type DeleteInput = Expression & { readonly Key: Record<string, AttributeValue> };
type UpdateInput = DeleteInput & { readonly UpdateExpression: string };

/** Converts a write to the input of PutItem, UpdateItem or DeleteItem. */
export function toWriteInput(write: Write, table: string): PutInput | UpdateInput | DeleteInput {
  const expression = new ExpressionBuilder(table);
  if (write.condition !== undefined) expression.condition(write.condition);
  if ('put' in write) return { ...expression.build(), Item: marshall(write.put) };
  if ('delete' in write) return { ...expression.build(), Key: marshallKey(write.delete) };
  const { set = {}, add = {}, next = [], addToSets = {}, removeFromSets = {}, remove = [] } = write;
  const inSets = (texts: Readonly<Record<string, string>>): readonly string[] =>
    Object.entries(texts).map(
      ([name, text]) => `${expression.name(name)} ${expression.value(new Set([text]))}`,
    );
  const clauses = [
    clause('SET', [
      ...Object.entries(set).map(
        ([name, value]) => `${expression.name(name)} = ${expression.value(value)}`,
      ),
      ...next.map((name) => {
        const one = expression.value(1);
        const attribute = expression.name(name);
        return `${attribute} = if_not_exists(${attribute}, ${one}) + ${one}`;
      }),
    ]),
    clause('ADD', [
      ...Object.entries(add).map(
        ([name, value]) => `${expression.name(name)} ${expression.value(value)}`,
      ),
      ...inSets(addToSets),
    ]),
    clause('DELETE', inSets(removeFromSets)),
    clause(
      'REMOVE',
      remove.map((name) => expression.name(name)),
    ),
  ];
  return {
    ...expression.build(),
    Key: marshallKey(write.update),
    UpdateExpression: clauses.join(' ').trim(),
  };
}

/** Converts a write or check to an element of a transaction. */
export function toTransactItem(write: Write | Check, table: string): TransactWriteItem {
  if ('check' in write) {
    const expression = new ExpressionBuilder(table);
    const condition = expression.condition(write.condition);
    return {
      ConditionCheck: {
        ...expression.build(),
        ConditionExpression: condition,
        Key: marshallKey(write.check),
      },
    };
  }
  const input = toWriteInput(write, table);
  if ('Item' in input) return { Put: input };
  return 'UpdateExpression' in input ? { Update: input } : { Delete: input };
}

/** Converts a write to an element of a batch. */
export function toBatchItem(write: BatchWrite): WriteRequest {
  return 'put' in write
    ? { PutRequest: { Item: marshall(write.put) } }
    : { DeleteRequest: { Key: marshallKey(write.delete) } };
}

function clause(keyword: string, actions: readonly string[]): string {
  return actions.length === 0 ? '' : `${keyword} ${actions.join(', ')}`;
}

class ExpressionBuilder {
  private readonly names: Record<string, string> = {};
  private readonly values: Record<string, ItemValue | ReadonlySet<string>> = {};
  private conditionExpression: string | undefined;

  constructor(private readonly table: string) {}

  name(name: string): string {
    this.names[`#${name}`] = name;
    return `#${name}`;
  }

  value(value: ItemValue | ReadonlySet<string>): string {
    const placeholder = `:v${Object.keys(this.values).length}`;
    this.values[placeholder] = value;
    return placeholder;
  }

  /** Adds the condition. @returns its expression */
  condition(condition: Condition): string {
    this.conditionExpression = this.expressionOf(condition);
    return this.conditionExpression;
  }

  private expressionOf(condition: Condition): string {
    switch (condition.is) {
      case 'absent':
        return `attribute_not_exists(${this.name('pk')})`;
      case 'present':
        return `attribute_exists(${this.name('pk')})`;
      case 'same': {
        const attribute = this.name(condition.attribute);
        const isSame =
          condition.value === undefined
            ? `attribute_not_exists(${attribute})`
            : `${attribute} = ${this.value(condition.value)}`;
        return `attribute_exists(${this.name('pk')}) AND ${isSame}`;
      }
      case 'with':
        return `attribute_exists(${this.name(condition.attribute)})`;
      case 'without': {
        const exists = `attribute_exists(${this.name('pk')})`;
        const missing = condition.attributes.map(
          (name) => `attribute_not_exists(${this.name(name)})`,
        );
        return [exists, ...missing].join(' AND ');
      }
      case 'notDeleted': {
        const lives = `attribute_not_exists(${this.name('deletedAt')})`;
        if (condition.room === undefined) return lives;
        const set = this.name(condition.room.set);
        const hasRoom = `size(${set}) < ${this.value(condition.room.most)}`;
        return `${lives} AND (attribute_not_exists(${set}) OR ${hasRoom})`;
      }
      case 'version':
        return `${this.name('version')} = ${this.value(condition.version)}`;
      case 'unleased': {
        const exists = `attribute_exists(${this.name('pk')})`;
        const until = this.name('leaseUntil');
        const hasEnded = `${until} <= ${this.value(condition.now)}`;
        return `${exists} AND (attribute_not_exists(${until}) OR ${hasEnded})`;
      }
      case 'leasedBy':
        return `${this.name('owner')} = ${this.value(condition.owner)}`;
      case 'epoch':
        return `${this.name('epoch')} = ${this.value(condition.epoch)}`;
      case 'ownedBy':
        return `${this.name('id')} = ${this.value(condition.id)}`;
      case 'pendingIntent':
        return `${this.name('pending')} = ${this.value(condition.intent)}`;
      case 'position': {
        const position = this.name('position');
        return condition.position === 0
          ? `attribute_not_exists(${position})`
          : `${position} = ${this.value(condition.position)}`;
      }
      case 'notSince': {
        const attribute = this.name(condition.attribute);
        const before = this.value(condition.before);
        const isDue = `(attribute_not_exists(${attribute}) OR ${attribute} <= ${before})`;
        return `attribute_exists(${this.name('pk')}) AND ${isDue}`;
      }
      case 'noPendingEdits': {
        const exists = `attribute_exists(${this.name('pk')})`;
        const idle = `${exists} AND attribute_not_exists(${this.name('pending')})`;
        const { version } = condition;
        return version === undefined
          ? idle
          : `${idle} AND ${this.name('version')} = ${this.value(version)}`;
      }
    }
  }

  /** Must be called last, when all names and values have been added. */
  build(): Expression {
    return {
      TableName: this.table,
      ...(this.conditionExpression === undefined
        ? {}
        : { ConditionExpression: this.conditionExpression }),
      ...(Object.keys(this.names).length === 0 ? {} : { ExpressionAttributeNames: this.names }),
      ...(Object.keys(this.values).length === 0
        ? {}
        : { ExpressionAttributeValues: marshall(this.values) }),
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    };
  }
}
