import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
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
  const { region } = Stack.of(scope);
  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
  encryptionKey?.grantEncryptDecrypt(new ServicePrincipal(`logs.${region}.amazonaws.com`));
  return new LogGroup(scope, id, {
    retention,
    removalPolicy: RemovalPolicy.DESTROY,
    ...(encryptionKey === undefined ? {} : { encryptionKey }),
  });
}
