import { RemovalPolicy } from 'aws-cdk-lib';
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
 * The single table: on demand; unless it is said otherwise retained, protected from deletion, and with point-in-time recovery.
 * @throws Error for replicas with a key of one's own, which each region would need one of
 */
export function scimTable(
  scope: Construct,
  {
    encryptionKey: key,
    removalPolicy = RemovalPolicy.RETAIN,
    pointInTimeRecovery = true,
    tableReplicas = [],
  }: TableProps,
): TableV2 {
  if (key !== undefined && tableReplicas.length > 0) {
    throw new Error('tableReplicas need a key in each region, which encryptionKey is not: leave one of the two out.');
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
    encryption: key === undefined ? TableEncryptionV2.dynamoOwnedKey() : TableEncryptionV2.customerManagedKey(key),
    timeToLiveAttribute: 'ttl',
    dynamoStream: StreamViewType.NEW_AND_OLD_IMAGES,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: pointInTimeRecovery },
    deletionProtection: removalPolicy === RemovalPolicy.RETAIN,
    removalPolicy,
    ...(tableReplicas.length === 0 ? {} : { replicas: tableReplicas.map((region) => ({ region })) }),
  });
}
