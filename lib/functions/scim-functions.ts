import { Duration } from 'aws-cdk-lib';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import {
  COMPLETION_FILTERS,
  ENVIRONMENT,
  NOTIFICATION_FILTERS,
  type FunctionName,
} from '../../lambdas/contract';
import { allowMail, mailEnvironment, mailWindow } from './failure-mail';
import type { FunctionNetwork } from '../network';
import { ScimFunction, type ScimFunctionOptions } from './scim-function';
import type { ScimServiceProviderProps } from '../scim-service-provider-props';
import { logDays } from '../scim-table';
import { triggerFromTable } from './table-trigger';
import { allowRotation, allowSecrets } from './token-rotation';

/**
 * Lambda functions of a service provider.
 *
 * Use them to add permissions, environment variables, or alarms of your own.
 */
export interface ScimFunctions {
  /** Serves `/Users`. */
  readonly users: LambdaFunction;
  /** Serves `/Groups`. */
  readonly groups: LambdaFunction;
  /** Serves `/Bulk`. */
  readonly bulk: LambdaFunction;
  /** Serves `/.search` and searches at the base URL. */
  readonly search: LambdaFunction;
  /** Serves discovery, and all SCIM paths that no other function serves. */
  readonly discovery: LambdaFunction;
  /** Serves the admin API. */
  readonly admin: LambdaFunction;
  /** Completes work that requests handed over, and writes changes to the provisioning log. */
  readonly completion: LambdaFunction;
  /** Rotates tokens for Secrets Manager. */
  readonly tokenRotation: LambdaFunction;
  /**
   * Mails administrators about failures, tokens, silent connections and alarms.
   *
   * It checks for expiring tokens and silent connections every hour.
   */
  readonly notifications: LambdaFunction;
  /**
   * Creates, changes and deletes declared connections.
   *
   * @default - no function if `connections` is empty
   */
  readonly declaredConnections?: LambdaFunction;
}

/** Input of `createFunctions`. */
export interface FunctionsProps extends ScimServiceProviderProps {
  readonly table: TableV2;
  /** Name of the deployment: the prefix of the names of the connections' secrets. */
  readonly deployment: string;
  /** URL of the API. */
  readonly url: string;
  /** Whether functions can call the public endpoint to test new tokens. */
  readonly isOpen: boolean;
  readonly network: FunctionNetwork | undefined;
}

/** Permissions to use a table and secrets that are encrypted with a customer managed key. */
const KEY_ACTIONS = [
  'kms:Decrypt',
  'kms:DescribeKey',
  'kms:Encrypt',
  'kms:GenerateDataKey',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
];

/**
 * Permissions to manage a connection's secret and its versions. `GetSecretValue` is left out, so
 * that a function that issues tokens cannot read them afterwards.
 */
const SECRET_ACTIONS = [
  'CreateSecret',
  'RotateSecret',
  'CancelRotateSecret',
  'DeleteSecret',
  'RestoreSecret',
];
const VERSION_ACTIONS = ['DescribeSecret', 'PutSecretValue', 'UpdateSecretVersionStage'];

const ITEM_ACTIONS = ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'];

/**
 * Creates the functions, each with permissions for the calls that it makes and no others. A
 * transaction needs the permissions of its writes.
 */
export function createFunctions(scope: Construct, props: FunctionsProps): ScimFunctions {
  const factory = new FunctionFactory(scope, props);
  const users = factory.directory('Users', 'users', 'SCIM: serves /Users');
  const groups = factory.directory('Groups', 'groups', 'SCIM: serves /Groups');
  const bulk = factory.directory('Bulk', 'bulk', 'SCIM: serves /Bulk');
  const completion = factory.completion();
  // These functions record large member edits, and remove the members of deleted groups.
  for (const directory of [groups, bulk, completion])
    factory.allowTable(directory, 'BatchWriteItem');
  const search = factory.create('Search', 'search', 'SCIM: serves /.search');
  // Search stores the ends of pages, and completes pending member edits of groups that it returns.
  factory.allowTable(search, ...ITEM_ACTIONS);
  factory.allowIndex(search);
  const discovery = factory.create('Discovery', 'discovery', 'SCIM: serves discovery');
  // Discovery stores when tokens were last used, and logs failures.
  factory.allowTable(discovery, 'GetItem', 'UpdateItem', 'PutItem');
  const tokenRotation = factory.tokenRotation();
  const admin = factory.administration(
    'Admin',
    'admin',
    'SCIM: serves the admin API',
    tokenRotation,
  );
  // The admin API lists connections, and checks the groups that a schema change affects.
  factory.allowTable(admin, 'BatchGetItem');
  factory.allowIndex(admin);
  for (const fn of [tokenRotation, admin]) factory.allowProbe(fn, discovery);
  const notifications = factory.notifications();
  const functions = {
    users,
    groups,
    bulk,
    search,
    discovery,
    admin,
    completion,
    tokenRotation,
    notifications,
  };
  if ((props.connections ?? []).length === 0) return functions;
  const about = 'SCIM: creates the connections that the stack declares';
  const declaredConnections = factory.administration(
    'Declaration',
    'declared-connections',
    about,
    tokenRotation,
    Duration.minutes(2),
  );
  factory.allowProbe(declaredConnections, discovery);
  return { ...functions, declaredConnections };
}

/** Creates the functions of one service provider. */
class FunctionFactory {
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

  create(
    id: string,
    name: FunctionName,
    description: string,
    further: {
      readonly environment?: Readonly<Record<string, string>>;
      readonly timeout?: Duration;
    } = {},
  ): LambdaFunction {
    const { encryptionKey } = this.props;
    const environment = { ...this.options.environment, ...further.environment };
    const fn = new ScimFunction(this.scope, id, {
      ...this.options,
      ...further,
      environment,
      name,
      description,
    });
    encryptionKey?.grant(fn, ...KEY_ACTIONS);
    return fn;
  }

  /** Creates a function that changes users and groups. */
  directory(
    id: string,
    name: FunctionName,
    description: string,
    timeout?: Duration,
  ): LambdaFunction {
    const fn = this.create(id, name, description, timeout === undefined ? {} : { timeout });
    this.allowTable(fn, ...ITEM_ACTIONS, 'ConditionCheckItem');
    this.allowIndex(fn);
    return fn;
  }

  completion(): LambdaFunction {
    const about = 'SCIM: completes handed-over work, and logs changes';
    const fn = this.directory('Completion', 'completion', about, Duration.minutes(5));
    triggerFromTable(this.scope, fn, {
      table: this.props.table,
      streamId: 'HandedOver',
      filters: COMPLETION_FILTERS,
      window: Duration.seconds(1),
      scheduleId: 'Abandoned',
      every: Duration.minutes(1),
      description: 'SCIM: completes work of requests that ended unexpectedly',
      asyncRetries: 0,
    });
    return fn;
  }

  tokenRotation(): LambdaFunction {
    const { url, deployment } = this.props;
    const environment = { [ENVIRONMENT.scimUrl]: url };
    const about = 'SCIM: rotates tokens for Secrets Manager';
    const fn = this.create('TokenRotation', 'token-rotation', about, { environment });
    this.allowTable(fn, 'GetItem', 'PutItem', 'UpdateItem');
    allowSecrets(fn, deployment, 'GetSecretValue', ...VERSION_ACTIONS);
    allowRotation(fn);
    return fn;
  }

  /** Creates a function that creates, changes and deletes connections. */
  administration(
    id: string,
    name: FunctionName,
    description: string,
    rotation: LambdaFunction,
    timeout?: Duration,
  ): LambdaFunction {
    const { encryptionKey: key, deployment, url } = this.props;
    const environment = {
      [ENVIRONMENT.scimUrl]: url,
      [ENVIRONMENT.rotationFunction]: rotation.functionArn,
      ...(key === undefined ? {} : { [ENVIRONMENT.secretKey]: key.keyArn }),
    };
    const limit = timeout === undefined ? {} : { timeout };
    const fn = this.create(id, name, description, { environment, ...limit });
    this.allowTable(fn, 'GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem');
    allowSecrets(fn, deployment, ...SECRET_ACTIONS, ...VERSION_ACTIONS);
    // RotateSecret requires that its caller may invoke the rotation function.
    allowInvocation(fn, rotation);
    return fn;
  }

  notifications(): LambdaFunction {
    const { table, url, failureMail: mail } = this.props;
    const fn = this.create('Notifications', 'notifications', 'SCIM: mails administrators', {
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
      description: 'SCIM: checks for expiring tokens and silent connections',
      // Alarm events are asynchronous, too, and unlike the schedule they come only once.
      asyncRetries: 2,
    });
    this.allowTable(fn, 'GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem', 'ConditionCheckItem');
    this.allowIndex(fn);
    if (mail !== undefined) allowMail(fn, mail);
    return fn;
  }

  /**
   * Lets a function test new tokens by invoking `discovery` directly, if it cannot rely on reaching
   * the API over HTTP.
   */
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
  fn.addToRolePolicy(
    new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [invoked.functionArn] }),
  );
}
