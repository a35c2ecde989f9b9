import { CfnElement, Stack, Token, Validations } from 'aws-cdk-lib';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { STAGE } from '../lambdas/contract';

/** Rules of cdk-nag's packs AwsSolutions and Serverless that a service provider does not follow, and why. */
const ACKNOWLEDGED: Readonly<Record<string, string>> = {
  'AwsSolutions-APIG1':
    'Access logs of a REST API need a role that belongs to the whole account; the functions log what fails.',
  'AwsSolutions-APIG2':
    'The functions check bodies and answer with SCIM errors that say what is wrong (RFC 7644 section 3.12).',
  'AwsSolutions-APIG3': 'A web ACL is the choice of the account that pays for it: pass webAcl.',
  'AwsSolutions-APIG4':
    'Identity providers send bearer tokens, which the functions check: revocation holds from the next request on.',
  'AwsSolutions-APIG6':
    'Execution logs need a role that belongs to the whole account, and would hold bearer tokens and personal data.',
  'AwsSolutions-COG4':
    'SCIM clients send bearer tokens (RFC 7644 section 2), administrators sign with IAM; neither is a user of a pool.',
  'Serverless-APIGWAccessLogging':
    'Access logs of a REST API need a role that belongs to the whole account; the functions log what fails.',
  'Serverless-APIGWXrayEnabled': 'Tracing costs by the request: set tracing to have it.',
  'Serverless-LambdaTracing': 'Tracing costs by the request: set tracing to have it.',
  'Serverless-LambdaDLQ':
    'Those who answer requests are invoked synchronously; what the others miss stays in the table, and their schedules come again.',
  'Serverless-LambdaAsyncFailureDestination':
    'What an invocation misses stays in the table, and the schedule comes again.',
  'Serverless-LambdaEventSourceMappingDestination':
    'Records say what is in the table; what is missed is found by the schedule.',
  'Serverless-EventBusDLQ': 'A schedule that is missed once comes again.',
};

/**
 * Says why rules are not followed, for whoever checks the app with cdk-nag.
 * @param deployment begins the names of the connections' secrets
 */
export function acknowledgeRules(scope: Construct, deployment: string): void {
  const secrets = shownArn(scope, 'secretsmanager', `secret:${deployment}/*`);
  const reasons = {
    ...ACKNOWLEDGED,
    [`AwsSolutions-IAM5[Resource::${secrets}]`]:
      'Secrets are made at run time, one for each connection, under a prefix that only this deployment has.',
    'AwsSolutions-IAM5[Resource::*]':
      'X-Ray, with tracing, has no resources that could be named, and network interfaces, in a VPC, have no names before they are there.',
  };
  for (const [id, reason] of Object.entries(reasons)) Validations.of(scope).acknowledge({ id, reason });
}

/**
 * The same of those who are let into the admin API.
 * @param method of HTTP that they may send, or `*`
 */
export function acknowledgeAdministration(grantee: IGrantable, api: RestApi, method: string): void {
  const { defaultChild } = api.node;
  if (!Construct.isConstruct(grantee) || !CfnElement.isCfnElement(defaultChild)) return;
  const id = `<${Stack.of(api).getLogicalId(defaultChild)}>`;
  Validations.of(grantee).acknowledge({
    id: `AwsSolutions-IAM5[Resource::${shownArn(api, 'execute-api', `${id}/${STAGE}/${method}/admin/*`)}]`,
    reason: 'Administrators administer every connection; connections are made at run time.',
  });
}

/** An ARN of the stack's account and region as cdk-nag shows it. */
function shownArn(scope: Construct, service: string, resource: string): string {
  const { region, account } = Stack.of(scope);
  const place = `${shown(region, 'AWS::Region')}:${shown(account, 'AWS::AccountId')}`;
  return `arn:<AWS::Partition>:${service}:${place}:${resource}`;
}

/** A part of an ARN as cdk-nag shows it. */
function shown(part: string, pseudoParameter: string): string {
  return Token.isUnresolved(part) ? `<${pseudoParameter}>` : part;
}
