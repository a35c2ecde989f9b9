import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import {
  AttributeType,
  Billing,
  ProjectionType,
  StreamViewType,
  TableEncryptionV2,
  TableV2,
} from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import type { ScimServiceProviderProps } from './scim-service-provider-props';

type TableProps = Pick<
  ScimServiceProviderProps,
  'encryptionKey' | 'removalPolicy' | 'pointInTimeRecovery' | 'tableReplicas'
>;

/**
 * Creates the table with on-demand billing. By default it is retained, protected from deletion, and
 * has point-in-time recovery.
 * @throws Error for replicas with a customer managed key, because each region needs its own key
 */
export function createTable(
  scope: Construct,
  {
    encryptionKey: key,
    removalPolicy = RemovalPolicy.RETAIN,
    pointInTimeRecovery = true,
    tableReplicas = [],
  }: TableProps,
): TableV2 {
  if (key !== undefined && tableReplicas.length > 0) {
    throw new Error(
      'tableReplicas cannot be combined with encryptionKey, because each region needs a key of ' +
        'its own. Remove one of the two.',
    );
  }
  return new TableV2(scope, 'Table', {
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
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: pointInTimeRecovery },
    deletionProtection: removalPolicy === RemovalPolicy.RETAIN,
    removalPolicy,
    ...(tableReplicas.length === 0
      ? {}
      : { replicas: tableReplicas.map((region) => ({ region })) }),
  });
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
