import { Duration } from 'aws-cdk-lib';
import type { ITableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { ENVIRONMENT, type FunctionName } from '../../lambdas/contract';
import type { FunctionNetwork } from '../network/network';
import type { ScimServiceProviderProps } from '../scim-service-provider-props';
import { logDays } from '../scim-table';
import { allowMail, mailEnvironment, mailWindow } from './failure-mail';
import { ScimFunction, type ScimFunctionOptions } from './scim-function';
import { readStream } from './table-stream';
import { stackTags } from './stack-tags';
import { allowRotation, allowSecrets } from './token-rotation';

/** Input of `createFunctions`. */
export interface FunctionsProps extends ScimServiceProviderProps {
  readonly table: ITableV2;
  /** Name of the deployment: the prefix of the names of the connections' secrets. */
  readonly deployment: string;
  /** URL of the API. */
  readonly url: string;
  /** Whether functions can call the public endpoint to test new tokens. */
  readonly isOpen: boolean;
  readonly network: FunctionNetwork | undefined;
}

/** Functions that serve SCIM requests. */
const SCIM_FUNCTIONS: readonly FunctionName[] = ['users', 'groups', 'bulk', 'search', 'discovery'];

/**
 * Default of a connection's `rateLimit`: requests per second, and requests that may come at once.
 * Entra ID sends 25 per second.
 */
const DEFAULT_RATE_LIMIT = '100/400';

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
  'TagResource',
];
const VERSION_ACTIONS = ['DescribeSecret', 'PutSecretValue', 'UpdateSecretVersionStage'];

/** Actions of functions that change the directory. */
export const ITEM_ACTIONS: readonly string[] = [
  'GetItem',
  'BatchGetItem',
  'Query',
  'PutItem',
  'UpdateItem',
  'DeleteItem',
];

/** Creates the functions of one service provider. */
export class FunctionFactory {
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
    const { encryptionKey, reservedConcurrency, table } = this.props;
    const isScim = SCIM_FUNCTIONS.includes(name);
    const environment = {
      ...this.options.environment,
      ...(isScim ? { [ENVIRONMENT.rateLimit]: DEFAULT_RATE_LIMIT } : {}),
      ...further.environment,
    };
    const fn = new ScimFunction(this.scope, id, {
      ...this.options,
      ...further,
      ...(isScim && reservedConcurrency !== undefined
        ? { reservedConcurrentExecutions: reservedConcurrency }
        : {}),
      environment,
      name,
      description,
    });
    // A table that exists may have a key of its own.
    for (const key of new Set([encryptionKey, table.encryptionKey])) key?.grant(fn, ...KEY_ACTIONS);
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
    const about = 'SCIM: completes handed-over work';
    const fn = this.directory('Completion', 'completion', about, Duration.minutes(5));
    // The schedule does the same work again.
    fn.configureAsyncInvoke({ retryAttempts: 0 });
    this.schedule('Abandoned', fn, {
      every: Duration.minutes(1),
      description: 'SCIM: completes work of requests that ended unexpectedly',
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
    fn.addEnvironment(ENVIRONMENT.secretTags, stackTags(fn));
    // RotateSecret requires that its caller may invoke the rotation function.
    this.allowInvocation(fn, rotation);
    return fn;
  }

  notifications(): LambdaFunction {
    const { url, failureMail: mail } = this.props;
    const fn = this.create('Notifications', 'notifications', 'SCIM: mails administrators', {
      environment: { [ENVIRONMENT.scimUrl]: url, ...mailEnvironment(mail) },
      timeout: Duration.minutes(5),
    });
    // Alarm events are asynchronous, and unlike schedules they come only once.
    fn.configureAsyncInvoke({ retryAttempts: 2 });
    this.schedule('Digests', fn, {
      every: Duration.minutes(1),
      description: 'SCIM: reports the failures that were collected',
      input: { task: 'report' },
    });
    this.schedule('Reminders', fn, {
      every: Duration.hours(1),
      description: 'SCIM: checks for expiring tokens and silent connections',
    });
    this.allowTable(fn, 'GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem', 'ConditionCheckItem');
    this.allowIndex(fn);
    if (mail !== undefined) allowMail(fn, mail);
    return fn;
  }

  /** Creates the reader of the table's stream. */
  dispatcher(
    completion: LambdaFunction,
    notifications: LambdaFunction,
  ): { readonly dispatcher: LambdaFunction; readonly discarded: Queue } {
    const { table, failureMail: mail } = this.props;
    const dispatcher = this.create('Dispatcher', 'dispatcher', "SCIM: reads the table's stream", {
      environment: {
        [ENVIRONMENT.completionFunction]: completion.functionArn,
        [ENVIRONMENT.notificationsFunction]: notifications.functionArn,
        [ENVIRONMENT.mailWindow]: String(mailWindow(mail).toSeconds()),
        ...mailEnvironment(mail),
      },
      timeout: Duration.minutes(1),
    });
    this.allowTable(dispatcher, 'GetItem', 'BatchGetItem', 'PutItem', 'ConditionCheckItem');
    for (const fn of [completion, notifications]) this.allowInvocation(dispatcher, fn);
    return { dispatcher, discarded: readStream(this.scope, dispatcher, table) };
  }

  /**
   * Lets a function test new tokens by invoking `discovery` directly, if it cannot rely on reaching
   * the API over HTTP.
   */
  allowProbe(fn: LambdaFunction, discovery: LambdaFunction): void {
    if (this.props.isOpen) return;
    fn.addEnvironment(ENVIRONMENT.probedFunction, discovery.functionArn);
    this.allowInvocation(fn, discovery);
  }

  allowTable(fn: LambdaFunction, ...names: readonly string[]): void {
    const actions = names.map((name) => `dynamodb:${name}`);
    fn.addToRolePolicy(new PolicyStatement({ actions, resources: [this.props.table.tableArn] }));
  }

  allowIndex(fn: LambdaFunction): void {
    const resources = [`${this.props.table.tableArn}/index/inverse`];
    fn.addToRolePolicy(new PolicyStatement({ actions: ['dynamodb:Query'], resources }));
  }

  private allowInvocation(fn: LambdaFunction, invoked: LambdaFunction): void {
    fn.addToRolePolicy(
      new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [invoked.functionArn] }),
    );
  }

  private schedule(
    id: string,
    fn: LambdaFunction,
    props: { readonly every: Duration; readonly description: string; readonly input?: object },
  ): void {
    const { every, description, input } = props;
    const event = input === undefined ? {} : { event: RuleTargetInput.fromObject(input) };
    new Rule(this.scope, id, {
      description,
      schedule: Schedule.rate(every),
      targets: [new LambdaTarget(fn, { retryAttempts: 0, ...event })],
    });
  }
}
