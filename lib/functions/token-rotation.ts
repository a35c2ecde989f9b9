import { ArnFormat, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';

/** Lets Secrets Manager invoke the function `token-rotation`, for secrets of this account only. */
export function allowRotation(rotation: LambdaFunction): void {
  // "We recommend that you include only the context key aws:SourceAccount so that you can use the
  // rotation function for multiple secrets":
  // https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets-required-permissions-function.html
  rotation.addPermission('SecretsManager', {
    principal: new ServicePrincipal('secretsmanager.amazonaws.com'),
    sourceAccount: Stack.of(rotation).account,
  });
}

/**
 * Grants actions on the secrets of all connections, which are created at run time under a prefix.
 * @param actions names of Secrets Manager actions, without the service prefix
 */
export function allowSecrets(
  fn: LambdaFunction,
  prefix: string,
  ...actions: readonly string[]
): void {
  fn.addToRolePolicy(
    new PolicyStatement({
      actions: actions.map((action) => `secretsmanager:${action}`),
      resources: [
        Stack.of(fn).formatArn({
          service: 'secretsmanager',
          resource: 'secret',
          resourceName: `${prefix}/*`,
          arnFormat: ArnFormat.COLON_RESOURCE_NAME,
        }),
      ],
    }),
  );
}
