import { ArnFormat, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { ScimServiceProviderProps } from './scim-service-provider-props';

/**
 * Creates a log group with the retention and the key of the props, and lets CloudWatch Logs use the
 * key if this app owns it.
 */
export function createLogGroup(
  scope: Construct,
  id: string,
  {
    logEncryptionKey: encryptionKey,
    logRetention: retention = RetentionDays.THREE_MONTHS,
  }: Pick<ScimServiceProviderProps, 'logEncryptionKey' | 'logRetention'>,
): LogGroup {
  encryptionKey?.addToResourcePolicy(allowLogs(scope));
  return new LogGroup(scope, id, {
    retention,
    removalPolicy: RemovalPolicy.DESTROY,
    ...(encryptionKey === undefined ? {} : { encryptionKey }),
  });
}

/** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html */
function allowLogs(scope: Construct): PolicyStatement {
  const stack = Stack.of(scope);
  const logs = stack.formatArn({
    service: 'logs',
    resource: 'log-group',
    resourceName: '*',
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  return new PolicyStatement({
    principals: [new ServicePrincipal(`logs.${stack.region}.amazonaws.com`)],
    actions: ['Encrypt', 'Decrypt', 'ReEncrypt*', 'GenerateDataKey*', 'Describe*'].map(
      (action) => `kms:${action}`,
    ),
    resources: ['*'],
    conditions: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': logs } },
  });
}
