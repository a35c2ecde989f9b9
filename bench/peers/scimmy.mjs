/*
 * scimmy-routers on DynamoDB, with the handlers that a team would typically write: one item per
 * user and group, an index on `lookup` for `userName eq` and `displayName eq`, and a small item
 * that keeps a userName unique. A group's item holds the array of its members, so concurrent
 * additions overwrite each other.
 *
 * Uses Express 4, because the routers lose `count` and `startIndex` under Express 5.
 */
import express from 'express';
import SCIMMY from 'scimmy';
import SCIMMYRouters from 'scimmy-routers';
import { randomUUID } from 'node:crypto';
import {
  DynamoDBClient,
  CreateTableCommand,
  GetItemCommand,
  PutItemCommand,
  DeleteItemCommand,
  QueryCommand,
  ScanCommand,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall as plainMarshall, unmarshall } from '@aws-sdk/util-dynamodb';

const { ENDPOINT, PORT = '0', TOKEN = randomUUID() } = process.env;
const TableName = 'scim';
const db = new DynamoDBClient({
  endpoint: ENDPOINT,
  region: 'us-east-1',
  credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
});
const marshall = (value) => plainMarshall(value, { removeUndefinedValues: true });

await db
  .send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['id', 'lookup'].map((AttributeName) => ({
        AttributeName,
        AttributeType: 'S',
      })),
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'byLookup',
          KeySchema: [{ AttributeName: 'lookup', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    }),
  )
  .catch((error) => {
    if (error.name !== 'ResourceInUseException') throw error;
  });

const getItem = async (kind, id) => {
  const { Item } = await db.send(
    new GetItemCommand({ TableName, Key: marshall({ id }), ConsistentRead: true }),
  );
  const item = Item && unmarshall(Item);
  if (item?.kind !== kind) throw new SCIMMY.Types.Error(404, null, `Resource ${id} not found`);
  return item;
};

const queryLookup = async (lookup) => {
  const { Items } = await db.send(
    new QueryCommand({
      TableName,
      IndexName: 'byLookup',
      KeyConditionExpression: '#lookup = :lookup',
      ExpressionAttributeNames: { '#lookup': 'lookup' },
      ExpressionAttributeValues: marshall({ ':lookup': lookup }),
    }),
  );
  return Items.map((item) => unmarshall(item));
};

const scanAll = async (kind) => {
  const items = [];
  let ExclusiveStartKey;
  do {
    const page = await db.send(
      new ScanCommand({
        TableName,
        ExclusiveStartKey,
        FilterExpression: 'kind = :kind',
        ExpressionAttributeValues: marshall({ ':kind': kind }),
      }),
    );
    items.push(...page.Items.map((item) => unmarshall(item)));
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey);
  return items;
};

// Writes for the item that keeps a name unique (users only).
const claim = (id, owner) => ({
  Put: {
    TableName,
    Item: marshall({ id, owner }),
    ConditionExpression: 'attribute_not_exists(id)',
  },
});
const release = (id) => ({ Delete: { TableName, Key: marshall({ id }) } });

const handlers = (kind, nameAttribute, unique) => {
  const lookupOf = (name) => `${kind}#${unique ? name.toLowerCase() : name}`;

  return {
    async egress(resource) {
      if (resource.id) return (resource.stored = await getItem(kind, resource.id));

      // SCIMMY passes a parsed filter: [{ userName: ['eq', 'x'] }].
      const { filter } = resource;
      const [operator, value] =
        (filter?.length === 1 && Object.keys(filter[0]).length === 1 && filter[0][nameAttribute]) ||
        [];
      if (operator === 'eq' && typeof value === 'string') return queryLookup(lookupOf(value));

      const items = await scanAll(kind);
      return filter ? filter.match(items) : items;
    },

    async ingress(resource, data) {
      // In a PATCH, SCIMMY has already called egress with the same resource object.
      const old = resource.stored ?? (resource.id && (await getItem(kind, resource.id)));
      const now = new Date().toISOString();
      const item = {
        ...JSON.parse(JSON.stringify(data)),
        id: old?.id ?? randomUUID(),
        kind,
        lookup: lookupOf(data[nameAttribute]),
        meta: { resourceType: kind, created: old?.meta.created ?? now, lastModified: now },
      };
      const TransactItems = [
        {
          Put: {
            TableName,
            Item: marshall(item),
            ConditionExpression: `attribute${old ? '' : '_not'}_exists(id)`,
          },
        },
      ];
      if (unique && old?.lookup !== item.lookup) {
        TransactItems.push(claim(`unique#${item.lookup}`, item.id));
        if (old) TransactItems.push(release(`unique#${old.lookup}`));
      }
      await write(TransactItems);
      return item;
    },

    async degress(resource) {
      const old = await getItem(kind, resource.id);
      await write([release(old.id), ...(unique ? [release(`unique#${old.lookup}`)] : [])]);
    },
  };
};

// Sends one operation as a plain Put or Delete, several as one transaction.
async function write(TransactItems) {
  const [{ Put, Delete }] = TransactItems;
  try {
    if (TransactItems.length > 1) await db.send(new TransactWriteItemsCommand({ TransactItems }));
    else await db.send(Put ? new PutItemCommand(Put) : new DeleteItemCommand(Delete));
  } catch (error) {
    if (!/ConditionalCheckFailed|TransactionCanceled/.test(error.name)) throw error;
    throw new SCIMMY.Types.Error(
      409,
      'uniqueness',
      'The name is in use, or the resource no longer exists',
    );
  }
}

SCIMMY.Resources.declare(SCIMMY.Resources.User, {
  extensions: [{ schema: SCIMMY.Schemas.EnterpriseUser }],
  ...handlers('User', 'userName', true),
}).declare(SCIMMY.Resources.Group, handlers('Group', 'displayName', false));

const app = express();
app.use(
  '/scim',
  new SCIMMYRouters({
    type: 'bearer',
    handler: (request) => {
      if (request.header('Authorization') !== `Bearer ${TOKEN}`) throw new Error('Unauthorized');
    },
  }),
);
const server = app.listen(Number(PORT), '127.0.0.1', () => {
  process.stdout.write(
    `${JSON.stringify({ baseUrl: `http://127.0.0.1:${server.address().port}/scim`, token: TOKEN })}\n`,
  );
});
