import { Duration } from 'aws-cdk-lib';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { COMPLETION_FILTERS, ENVIRONMENT, NOTIFICATION_FILTERS, type FunctionName } from '../lambdas/contract';
import { allowMail, mailEnvironment, mailWindow } from './failure-mail';
import type { FunctionNetwork } from './network';
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
  /** Completes what requests had no time for, and writes the log of changes. */
  readonly completion: LambdaFunction;
  /** Rotates tokens for Secrets Manager. */
  readonly tokenRotation: LambdaFunction;
  /** Looks for tokens that are about to end and for connections that have gone silent, and mails to administrators, also about alarms. */
  readonly notifications: LambdaFunction;
  /**
   * Makes the connections that are declared.
   *
   * @default - none without `connections`
   */
  readonly declaredConnections?: LambdaFunction;
}

/** What the functions are made with. */
export interface FunctionsProps extends ScimServiceProviderProps {
  readonly table: TableV2;
  /** Name of the deployment. It begins the names of the connections' secrets. */
  readonly deployment: string;
  /** URL of the API. */
  readonly url: string;
  /** Whether the functions can call it: nothing keeps them out, as it does others. */
  readonly isOpen: boolean;
  readonly network: FunctionNetwork | undefined;
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

/** What managing a connection's secret takes, beside its versions. Nobody who hands tokens out can read them afterwards. */
const SECRET_ACTIONS = ['CreateSecret', 'RotateSecret', 'CancelRotateSecret', 'DeleteSecret'];
const VERSION_ACTIONS = ['DescribeSecret', 'PutSecretValue', 'UpdateSecretVersionStage'];

const ITEM_ACTIONS = ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'];

/** Makes the functions, each with the calls that it makes and no others. A transaction needs the permissions of its writes. */
export function scimFunctions(scope: Construct, props: FunctionsProps): ScimFunctions {
  const maker = new Maker(scope, props);
  const users = maker.directory('Users', 'users', 'SCIM /Users');
  const groups = maker.directory('Groups', 'groups', 'SCIM /Groups');
  const bulk = maker.directory('Bulk', 'bulk', 'SCIM /Bulk');
  const completion = maker.completion();
  // Those who record large changes, and remove the members of groups that are gone.
  for (const directory of [groups, bulk, completion]) maker.allowTable(directory, 'BatchWriteItem');
  const search = maker.make('Search', 'search', 'SCIM /.search');
  // It remembers where pages ended, and completes changes of members that it is to show.
  maker.allowTable(search, ...ITEM_ACTIONS);
  maker.allowIndex(search);
  const discovery = maker.make('Discovery', 'discovery', 'SCIM discovery');
  // It remembers when tokens were used, and what failed.
  maker.allowTable(discovery, 'GetItem', 'UpdateItem', 'PutItem');
  const tokenRotation = maker.tokenRotation();
  const admin = maker.administration('Admin', 'admin', 'SCIM connections and tokens', tokenRotation);
  // It lists connections, and checks the groups that a schema would change.
  maker.allowTable(admin, 'BatchGetItem');
  maker.allowIndex(admin);
  for (const fn of [tokenRotation, admin]) maker.allowProbe(fn, discovery);
  const notifications = maker.notifications();
  const functions = { users, groups, bulk, search, discovery, admin, completion, tokenRotation, notifications };
  if ((props.connections ?? []).length === 0) return functions;
  const about = 'SCIM: makes the connections that the stack declares';
  const declaredConnections = maker.administration('Declaration', 'declared-connections', about, tokenRotation);
  maker.allowProbe(declaredConnections, discovery);
  return { ...functions, declaredConnections };
}

/** Days for which the connections' logs are kept. @throws Error for a time that is none */
function logDays(retention = Duration.days(30)): number {
  const days = retention.toDays({ integral: false });
  if (Number.isInteger(days) && days >= 1 && days <= 3650) return days;
  throw new Error(`provisioningLogRetention is 1 to 3650 whole days, not ${retention.toHumanString()}.`);
}

/** Makes functions of one service provider. */
class Maker {
  private readonly options: ScimFunctionOptions;

  constructor(
    private readonly scope: Construct,
    private readonly props: FunctionsProps,
  ) {
    const { table, deployment, provisioningLogRetention } = props;
    const environment = {
      [ENVIRONMENT.tableName]: table.tableName,
      [ENVIRONMENT.deployment]: deployment,
      [ENVIRONMENT.logDays]: String(logDays(provisioningLogRetention)),
    };
    this.options = { ...props, environment };
  }

  make(
    id: string,
    name: FunctionName,
    description: string,
    further: { readonly environment?: Readonly<Record<string, string>>; readonly timeout?: Duration } = {},
  ): LambdaFunction {
    const { encryptionKey } = this.props;
    const environment = { ...this.options.environment, ...further.environment };
    const fn = new ScimFunction(this.scope, id, { ...this.options, ...further, environment, name, description });
    encryptionKey?.grant(fn, ...KEY_ACTIONS);
    return fn;
  }

  /** A function that changes users and groups. */
  directory(id: string, name: FunctionName, description: string, timeout?: Duration): LambdaFunction {
    const fn = this.make(id, name, description, timeout === undefined ? {} : { timeout });
    this.allowTable(fn, ...ITEM_ACTIONS, 'ConditionCheckItem');
    this.allowIndex(fn);
    return fn;
  }

  completion(): LambdaFunction {
    const about = 'SCIM: completes what requests had no time for, and logs changes';
    const fn = this.directory('Completion', 'completion', about, Duration.minutes(5));
    triggerFromTable(this.scope, fn, {
      table: this.props.table,
      streamId: 'HandedOver',
      filters: COMPLETION_FILTERS,
      window: Duration.seconds(1),
      scheduleId: 'Abandoned',
      every: Duration.minutes(1),
      description: 'SCIM: asks for what requests that ended unexpectedly have left behind',
      asyncRetries: 0,
    });
    return fn;
  }

  tokenRotation(): LambdaFunction {
    const { url, deployment } = this.props;
    const environment = { [ENVIRONMENT.scimUrl]: url };
    const about = 'SCIM: rotates tokens for Secrets Manager';
    const fn = this.make('TokenRotation', 'token-rotation', about, { environment });
    this.allowTable(fn, 'GetItem', 'PutItem', 'UpdateItem');
    allowSecrets(fn, deployment, 'GetSecretValue', ...VERSION_ACTIONS);
    allowRotation(fn);
    return fn;
  }

  /** A function that makes, changes and deletes connections. */
  administration(id: string, name: FunctionName, description: string, rotation: LambdaFunction): LambdaFunction {
    const { encryptionKey: key, deployment, url } = this.props;
    const environment = {
      [ENVIRONMENT.scimUrl]: url,
      [ENVIRONMENT.rotationFunction]: rotation.functionArn,
      ...(key === undefined ? {} : { [ENVIRONMENT.secretKey]: key.keyArn }),
    };
    const fn = this.make(id, name, description, { environment });
    this.allowTable(fn, 'GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem');
    allowSecrets(fn, deployment, ...SECRET_ACTIONS, ...VERSION_ACTIONS);
    // RotateSecret asks whether its caller may invoke the function.
    allowInvocation(fn, rotation);
    return fn;
  }

  notifications(): LambdaFunction {
    const { table, url, failureMail: mail } = this.props;
    const fn = this.make('Notifications', 'notifications', 'SCIM: mails to administrators', {
      environment: { [ENVIRONMENT.scimUrl]: url, ...mailEnvironment(mail) },
      timeout: Duration.minutes(5),
    });
    triggerFromTable(this.scope, fn, {
      table,
      streamId: 'Noticed',
      filters: NOTIFICATION_FILTERS,
      window: mailWindow(mail),
      scheduleId: 'Reminders',
      every: Duration.hours(1),
      description: 'SCIM: looks for tokens that are about to expire, and for connections that have gone silent',
      // It is told of alarms, too.
      asyncRetries: 2,
    });
    this.allowTable(fn, 'GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem', 'ConditionCheckItem');
    this.allowIndex(fn);
    if (mail !== undefined) allowMail(fn, mail);
    return fn;
  }

  /** Lets a function ask the one that serves discovery whether a token is valid, where it cannot ask the API. */
  allowProbe(fn: LambdaFunction, discovery: LambdaFunction): void {
    if (this.props.isOpen) return;
    fn.addEnvironment(ENVIRONMENT.probedFunction, discovery.functionArn);
    allowInvocation(fn, discovery);
  }

  allowTable(fn: LambdaFunction, ...names: readonly string[]): void {
    const actions = names.map((name) => `dynamodb:${name}`);
    fn.addToRolePolicy(new PolicyStatement({ actions, resources: [this.props.table.tableArn] }));
  }

  allowIndex(fn: LambdaFunction): void {
    const resources = [`${this.props.table.tableArn}/index/inverse`];
    fn.addToRolePolicy(new PolicyStatement({ actions: ['dynamodb:Query'], resources }));
  }
}

function allowInvocation(fn: LambdaFunction, invoked: LambdaFunction): void {
  fn.addToRolePolicy(new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [invoked.functionArn] }));
}
