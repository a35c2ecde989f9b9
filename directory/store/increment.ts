import { marshall } from './client/attribute-values';
import { isDynamoDBError, type Input, type Result } from './client/dynamodb';

/** An increment of a number that starts from a least value. */
export interface Increment {
  /** The value that a missing or smaller number counts as. */
  readonly least: number;
  readonly by: number;
  /** How long the item is kept if nothing increments it any more. */
  readonly keptSeconds: number;
}

type Update = Omit<Input<'UpdateItem'>, 'TableName' | 'Key'>;

const CASES = {
  servedTypes: { from: '#number', condition: '#number >= :least' },
  unused: { from: ':least', condition: 'attribute_not_exists(#number) OR #number < :least' },
};

/**
 * Increments a number.
 * @param send sends the update of the number's item
 * @returns the new number
 */
export async function incrementFrom(
  attribute: string,
  increment: Increment,
  send: (update: Update) => Promise<Result<'UpdateItem'>>,
): Promise<number> {
  // Most likely, the number is in use.
  for (
    let which: keyof typeof CASES = 'servedTypes';
    ;
    which = which === 'servedTypes' ? 'unused' : 'servedTypes'
  ) {
    try {
      const { Attributes: attributes } = await send(toUpdate(attribute, increment, which));
      return Number(attributes?.[attribute]?.N);
    } catch (error) {
      if (!isDynamoDBError(error, 'ConditionalCheckFailedException')) throw error;
    }
  }
}

/**
 * Returns the update that adds one to a count, which starts from 0.
 * @param keptSeconds how long the item is kept if nothing adds to it any more
 */
export function countUpdate(attribute: string, keptSeconds: number): Update {
  return {
    UpdateExpression: 'SET #ttl = :ttl ADD #number :one',
    ExpressionAttributeNames: { '#number': attribute, '#ttl': 'ttl' },
    ExpressionAttributeValues: marshall({
      ':one': 1,
      ':ttl': Math.ceil(Date.now() / 1000) + keptSeconds,
    }),
    ReturnValues: 'UPDATED_NEW',
  };
}

/**
 * Returns the update that increments a number in one of two cases: it has at least the least value,
 * or it is smaller or missing. DynamoDB has no maximum that could tell them apart.
 */
function toUpdate(
  attribute: string,
  { least, by, keptSeconds }: Increment,
  which: keyof typeof CASES,
): Update {
  const { from, condition } = CASES[which];
  return {
    UpdateExpression: `SET #number = ${from} + :by, #ttl = :ttl`,
    ConditionExpression: condition,
    ExpressionAttributeNames: { '#number': attribute, '#ttl': 'ttl' },
    ExpressionAttributeValues: marshall({
      ':least': least,
      ':by': by,
      ':ttl': Math.ceil(Date.now() / 1000) + keptSeconds,
    }),
    ReturnValues: 'UPDATED_NEW',
  };
}
