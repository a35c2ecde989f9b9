import {
  CreateTableCommand,
  ResourceInUseException,
  waitUntilTableExists,
  type CreateTableCommandInput,
  type DynamoDBClient,
  type GlobalSecondaryIndex,
  type KeySchemaElement,
} from '@aws-sdk/client-dynamodb';
import { asList, asProperties, asText, member, type Part, type Properties } from './template';

/**
 * Creates the table that the template defines, unless it exists.
 * @param properties properties of the template's AWS::DynamoDB::GlobalTable
 */
export async function createTable(
  client: DynamoDBClient,
  name: string,
  properties: Properties,
): Promise<void> {
  try {
    await client.send(new CreateTableCommand(tableInput(name, properties)));
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
  }
  await waitUntilTableExists({ client, maxWaitTime: 60, minDelay: 1 }, { TableName: name });
}

function tableInput(name: string, properties: Properties): CreateTableCommandInput {
  const viewType = member(properties['StreamSpecification'], 'StreamViewType');
  return {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: asList(properties['AttributeDefinitions']).map((definition) => ({
      AttributeName: asText(member(definition, 'AttributeName')),
      AttributeType: scalarType(member(definition, 'AttributeType')),
    })),
    KeySchema: keySchema(properties['KeySchema']),
    GlobalSecondaryIndexes: asList(properties['GlobalSecondaryIndexes']).map(index),
    ...(viewType === 'NEW_AND_OLD_IMAGES'
      ? { StreamSpecification: { StreamEnabled: true, StreamViewType: viewType } }
      : {}),
  };
}

function index(definition: Part): GlobalSecondaryIndex {
  const projection = asProperties(member(definition, 'Projection'));
  return {
    IndexName: asText(member(definition, 'IndexName')),
    KeySchema: keySchema(member(definition, 'KeySchema')),
    Projection: {
      ProjectionType: projection['ProjectionType'] === 'KEYS_ONLY' ? 'KEYS_ONLY' : 'ALL',
    },
  };
}

function keySchema(part: Part | undefined): KeySchemaElement[] {
  return asList(part).map((element) => ({
    AttributeName: asText(member(element, 'AttributeName')),
    KeyType: member(element, 'KeyType') === 'HASH' ? 'HASH' : 'RANGE',
  }));
}

function scalarType(part: Part | undefined): 'S' | 'N' | 'B' {
  return part === 'N' || part === 'B' ? part : 'S';
}
