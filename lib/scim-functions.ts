import { Duration } from 'aws-cdk-lib';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { ENVIRONMENT, HANDED_OVER_FILTER, NOTICE_FILTER, type RoutedFunction } from '../lambdas/contract';
import { allowMail, type FailureMailProps } from './failure-mail';
import { ScimFunction, type ScimFunctionOptions } from './scim-function';
import type { ScimServiceProviderProps } from './scim-service-provider-props';
import { triggerFromTable } from './table-trigger';
import { allowRotation, allowSecrets } from './token-rotation';

/** The functions of a service provider, to be extended: a policy, an environment variable, a metric. */
export interface ScimFunctions {
  /** `/Users`. */
  readonly users: LambdaFunction;
  /** `/Groups`. */
  readonly groups: LambdaFunction;
  /** `/Bulk`. */
  readonly bulk: LambdaFunction;
  /** `/.search` and searches at the base URL. */
  readonly search: LambdaFunction;
  /** Discovery, and what no other function serves. */
  readonly discovery: LambdaFunction;
  /** The admin API. */
  readonly admin: LambdaFunction;
  /** Completes what requests had no time for. */
  readonly completion: LambdaFunction;
  /** Rotates tokens for Secrets Manager. */
  readonly tokenRotation: LambdaFunction;
  /**
   * Mails to administrators.
   *
   * @default - none without `failureMail`
   */
  readonly notifications?: LambdaFunction;
}

/** What the functions are made with. */
interface FunctionsProps extends ScimServiceProviderProps {
  readonly table: TableV2;
  /** Begins the names of the connections' secrets. */
  readonly secretPrefix: string;
  /** URL of the API. */
  readonly url: string;
}

/** What reading and writing a table and secrets takes that a key of one's own encrypts. */
const KEY_ACTIONS = [
  'kms:Decrypt',
  'kms:DescribeKey',
  'kms:Encrypt',
  'kms:GenerateDataKey',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
];

/** Makes each function with the calls that it makes and no others; a transaction needs the permissions of its writes. */
export function scimFunctions(scope: Construct, props: FunctionsProps): ScimFunctions {
  const { table } = props;
  const options: ScimFunctionOptions = { ...props, environment: { [ENVIRONMENT.tableName]: table.tableName } };
  const make = (id: string, name: RoutedFunction, description: string): LambdaFunction =>
    new ScimFunction(scope, id, { ...options, name, description });
  const users = make('Users', 'users', 'SCIM /Users');
  const groups = make('Groups', 'groups', 'SCIM /Groups');
  const bulk = make('Bulk', 'bulk', 'SCIM /Bulk');
  const search = make('Search', 'search', 'SCIM /.search');
  const discovery = make('Discovery', 'discovery', 'SCIM discovery');
  const completion = completionFunction(scope, table, options);
  for (const directory of [users, groups, bulk, completion]) {
    allowTable(directory, table, 'GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem');
    allowTable(directory, table, 'ConditionCheckItem');
    allowIndex(directory, table);
  }
  // Those who record large changes, and remove the members of groups that are gone.
  for (const directory of [groups, bulk, completion]) allowTable(directory, table, 'BatchWriteItem');
  // It remembers where pages ended, and completes changes of members that it is to show.
  allowTable(search, table, 'GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem');
  allowIndex(search, table);
  // It remembers when tokens were used.
  allowTable(discovery, table, 'GetItem', 'UpdateItem');
  const { admin, tokenRotation } = administration(scope, props, options);
  const { failureMail: mail } = props;
  const routed = { users, groups, bulk, search, discovery, admin };
  const functions = { ...routed, completion, tokenRotation };
  const all =
    mail === undefined ? functions : { ...functions, notifications: notificationFunction(scope, props, options, mail) };
  for (const fn of Object.values(all)) props.encryptionKey?.grant(fn, ...KEY_ACTIONS);
  return all;
}

function completionFunction(scope: Construct, table: TableV2, options: ScimFunctionOptions): LambdaFunction {
  const completion = new ScimFunction(scope, 'Completion', {
    ...options,
    name: 'completion',
    description: 'SCIM: completes what requests had no time for',
    timeout: Duration.minutes(5),
  });
  triggerFromTable(scope, completion, {
    table,
    streamId: 'HandedOver',
    filter: HANDED_OVER_FILTER,
    scheduleId: 'Abandoned',
    every: Duration.minutes(1),
    description: 'SCIM: asks for what requests that ended unexpectedly have left behind',
  });
  return completion;
}

/** The functions that handle connections and their tokens. */
function administration(
  scope: Construct,
  { table, secretPrefix, url, encryptionKey: key }: FunctionsProps,
  options: ScimFunctionOptions,
): { readonly admin: LambdaFunction; readonly tokenRotation: LambdaFunction } {
  const environment = { ...options.environment, [ENVIRONMENT.secretPrefix]: secretPrefix };
  const tokenRotation = new ScimFunction(scope, 'TokenRotation', {
    ...options,
    name: 'token-rotation',
    description: 'SCIM: rotates tokens for Secrets Manager',
    environment: { ...environment, [ENVIRONMENT.scimUrl]: url },
  });
  allowTable(tokenRotation, table, 'GetItem', 'PutItem');
  const onVersions = ['DescribeSecret', 'PutSecretValue', 'UpdateSecretVersionStage'];
  allowSecrets(tokenRotation, secretPrefix, 'GetSecretValue', ...onVersions);
  const admin = new ScimFunction(scope, 'Admin', {
    ...options,
    name: 'admin',
    description: 'SCIM connections and tokens',
    environment: {
      ...environment,
      [ENVIRONMENT.rotationFunction]: tokenRotation.functionArn,
      ...(key === undefined ? {} : { [ENVIRONMENT.secretKey]: key.keyArn }),
    },
  });
  allowTable(admin, table, 'GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem');
  allowIndex(admin, table);
  // It hands tokens out when they are made, and cannot read them afterwards.
  allowSecrets(admin, secretPrefix, 'CreateSecret', ...onVersions);
  allowSecrets(admin, secretPrefix, 'RotateSecret', 'CancelRotateSecret', 'DeleteSecret');
  allowRotation(tokenRotation, admin);
  return { admin, tokenRotation };
}

/** The function that tells administrators by mail. */
function notificationFunction(
  scope: Construct,
  { table, secretPrefix, url }: FunctionsProps,
  options: ScimFunctionOptions,
  mail: FailureMailProps,
): LambdaFunction {
  const notifications = new ScimFunction(scope, 'Notifications', {
    ...options,
    name: 'notifications',
    description: 'SCIM: mails to administrators',
    environment: {
      ...options.environment,
      [ENVIRONMENT.secretPrefix]: secretPrefix,
      [ENVIRONMENT.scimUrl]: url,
      [ENVIRONMENT.mailFrom]: mail.sender,
    },
    timeout: Duration.minutes(5),
  });
  triggerFromTable(scope, notifications, {
    table,
    streamId: 'Noticed',
    filter: NOTICE_FILTER,
    scheduleId: 'Reminders',
    every: Duration.hours(6),
    description: 'SCIM: looks for tokens that are about to expire',
  });
  allowTable(notifications, table, 'GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem', 'ConditionCheckItem');
  allowIndex(notifications, table);
  allowMail(notifications, mail);
  return notifications;
}

function allowTable(fn: LambdaFunction, table: TableV2, ...actions: readonly string[]): void {
  fn.addToRolePolicy(
    new PolicyStatement({ actions: actions.map((action) => `dynamodb:${action}`), resources: [table.tableArn] }),
  );
}

function allowIndex(fn: LambdaFunction, table: TableV2): void {
  fn.addToRolePolicy(
    new PolicyStatement({ actions: ['dynamodb:Query'], resources: [`${table.tableArn}/index/inverse`] }),
  );
}
