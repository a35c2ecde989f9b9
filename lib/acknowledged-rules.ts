import { CfnElement, Stack, Token } from 'aws-cdk-lib';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge';
import { STAGE } from '../lambdas/contract';

/**
 * Rules of the cdk-nag packs AwsSolutions and Serverless that a service provider does not follow,
 * with the reason for each.
 */
const ACKNOWLEDGED: Readonly<Record<string, string>> = {
  'AwsSolutions-APIG1':
    'Access logs of a REST API need an account-wide role. The functions log each request.',
  'AwsSolutions-APIG2':
    'The functions validate bodies and return SCIM errors with details (RFC 7644 section 3.12).',
  'AwsSolutions-APIG3': 'A web ACL is optional because it adds cost: pass webAcl to use one.',
  'AwsSolutions-APIG4':
    'The functions check bearer tokens, so that a revocation takes effect with the next request.',
  'AwsSolutions-APIG6':
    'Execution logs need an account-wide role and would contain bearer tokens and personal data.',
  'AwsSolutions-COG4':
    'SCIM clients send bearer tokens (RFC 7644 section 2) and administrators sign with IAM. ' +
    'Neither is a user of a Cognito user pool.',
  'Serverless-APIGWAccessLogging':
    'Access logs of a REST API need an account-wide role. The functions log each request.',
  'Serverless-APIGWXrayEnabled': 'Tracing is billed by request: set tracing to enable it.',
  'Serverless-LambdaTracing': 'Tracing is billed by request: set tracing to enable it.',
  'Serverless-LambdaDLQ':
    'Functions with routes are invoked synchronously. Work that the others miss stays in the ' +
    'table, where their next scheduled run finds it.',
  'Serverless-LambdaAsyncFailureDestination':
    'Work that an invocation misses stays in the table, where the next scheduled run finds it.',
  'AwsSolutions-SQS3': 'The queue is the destination of records that could not be processed.',
  'Serverless-SQSRedrivePolicy':
    'The queue is the destination of records that could not be processed.',
  'Serverless-EventBusDLQ': 'The next scheduled event makes up for a lost one.',
};

/**
 * Acknowledges the cdk-nag rules that a service provider does not follow.
 * @param deployment prefix of the names of the connections' secrets
 */
export function acknowledgeRules(scope: Construct, deployment: string): void {
  const secrets = shownArn(scope, 'secretsmanager', `secret:${deployment}/*`);
  const identities = shownArn(scope, 'ses', 'identity/*');
  const webhooks = shownArn(scope, 'secretsmanager', `secret:${deployment}/webhooks/*`);
  const reasons = {
    ...ACKNOWLEDGED,
    [`AwsSolutions-IAM5[Resource::${secrets}]`]:
      'Each connection gets a secret at run time, under a prefix that only this deployment uses.',
    [`AwsSolutions-IAM5[Resource::${webhooks}]`]:
      'Each webhook gets a secret at run time, under a prefix that only this deployment uses.',
    [`AwsSolutions-IAM5[Resource::${identities}]`]:
      'A condition limits the sender. In its sandbox, SES also authorizes the recipient.',
    'AwsSolutions-IAM5[Resource::*]':
      'With tracing: X-Ray has no resource-level permissions. In a VPC: the ids of network ' +
      'interfaces are unknown before Lambda creates them.',
  };
  for (const [id, reason] of Object.entries(reasons)) acknowledge(scope, id, reason);
}

/**
 * Acknowledges the wildcard in the policy of a principal that may call the admin or application
 * API.
 * @param calls the method and path that the principal may use, such as `GET/admin/*`
 */
export function acknowledgeCalls(grantee: IGrantable, api: RestApi, calls: string): void {
  const { defaultChild } = api.node;
  if (!Construct.isConstruct(grantee) || !CfnElement.isCfnElement(defaultChild)) return;
  const id = `<${Stack.of(api).getLogicalId(defaultChild)}>`;
  const routes = shownArn(api, 'execute-api', `${id}/${STAGE}/${calls}`);
  acknowledge(
    grantee,
    `AwsSolutions-IAM5[Resource::${routes}]`,
    'The principal works with every connection, and connections are created at run time.',
  );
}

/** Formats an ARN of the stack's account and region the way cdk-nag shows it. */
function shownArn(scope: Construct, service: string, resource: string): string {
  const { partition, region, account } = Stack.of(scope);
  const place = `${shown(region, 'AWS::Region')}:${shown(account, 'AWS::AccountId')}`;
  return `arn:${shown(partition, 'AWS::Partition')}:${service}:${place}:${resource}`;
}

/** Formats a part of an ARN the way cdk-nag shows it. */
function shown(part: string, pseudoParameter: string): string {
  return Token.isUnresolved(part) ? `<${pseudoParameter}>` : part;
}
