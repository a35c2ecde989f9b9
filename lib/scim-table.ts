import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import {
  AttributeType,
  Billing,
  ProjectionType,
  StreamViewType,
  TableEncryptionV2,
  TableV2,
  type ITableV2,
} from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import type { ScimServiceProviderProps } from './scim-service-provider-props';

type TableProps = Pick<
  ScimServiceProviderProps,
  'encryptionKey' | 'existingTable' | 'removalPolicy' | 'pointInTimeRecovery'
>;

/**
 * Creates the table with on-demand billing, unless there is one. By default it is retained,
 * protected from deletion, and has point-in-time recovery.
 * @throws Error for a setting of the table together with an existing one
 */
export function createTable(
  scope: Construct,
  {
    encryptionKey: key,
    existingTable,
    removalPolicy = RemovalPolicy.RETAIN,
    pointInTimeRecovery,
  }: TableProps,
): ITableV2 {
  if (existingTable !== undefined) {
    if (pointInTimeRecovery === undefined) return existingTable;
    throw new Error(
      'pointInTimeRecovery cannot be combined with existingTable, because the stack does not ' +
        'manage that table. Enable point-in-time recovery on the table itself.',
    );
  }
  const table = new TableV2(scope, 'Table', {
    partitionKey: { name: 'pk', type: AttributeType.STRING },
    sortKey: { name: 'sk', type: AttributeType.STRING },
    globalSecondaryIndexes: [
      {
        indexName: 'inverse',
        partitionKey: { name: 'gsi1pk', type: AttributeType.STRING },
        sortKey: { name: 'gsi1sk', type: AttributeType.STRING },
        projectionType: ProjectionType.KEYS_ONLY,
      },
    ],
    billing: Billing.onDemand(),
    encryption:
      key === undefined
        ? TableEncryptionV2.dynamoOwnedKey()
        : TableEncryptionV2.customerManagedKey(key),
    timeToLiveAttribute: 'ttl',
    dynamoStream: StreamViewType.NEW_AND_OLD_IMAGES,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: pointInTimeRecovery ?? true },
    deletionProtection: removalPolicy === RemovalPolicy.RETAIN,
    removalPolicy,
  });
  // aws-cdk-lib is compiled without exactOptionalPropertyTypes.
  return table as ITableV2;
}

/**
 * Returns the retention of the provisioning log in days.
 * @throws Error for a retention that is not 1 to 3650 whole days
 */
export function logDays(retention = Duration.days(30)): number {
  const days = retention.toDays({ integral: false });
  if (Number.isInteger(days) && days >= 1 && days <= 3650) return days;
  throw new Error(
    `provisioningLogRetention must be 1 to 3650 whole days, not ${retention.toHumanString()}.`,
  );
}
