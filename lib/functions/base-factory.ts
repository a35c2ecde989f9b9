import type { Duration } from 'aws-cdk-lib';
import type { ITableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Rule, RuleTargetInput, Schedule, type IEventBus } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { ENVIRONMENT, type FunctionName } from '../../lambdas/contract';
import type { FunctionNetwork } from '../network/network';
import type { ScimServiceProviderProps } from '../scim-service-provider-props';
import { logDays } from '../scim-table';
import { ScimFunction, type ScimFunctionOptions } from './scim-function';

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
  /** Bus that events are put on. */
  readonly eventBus: IEventBus;
}

/** Settings of one function that differ from the others. */
interface FunctionSettings {
  readonly environment?: Readonly<Record<string, string>>;
  readonly timeout?: Duration;
  /** Whether the function reads or writes the table. @default true */
  readonly usesTable?: boolean;
}

/** Functions that serve SCIM requests. */
const SCIM_FUNCTIONS: readonly FunctionName[] = [
  'users',
  'groups',
  'bulk',
  'search',
  'discovery',
  'resources',
  'oauth',
  'security-events',
];

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

/** Actions of functions that change the directory. */
export const ITEM_ACTIONS: readonly string[] = [
  'GetItem',
  'BatchGetItem',
  'Query',
  'PutItem',
  'UpdateItem',
  'DeleteItem',
];

/** Creates functions and gives them permissions. */
export class BaseFactory {
  private readonly options: ScimFunctionOptions;

  constructor(
    protected readonly scope: Construct,
    protected readonly props: FunctionsProps,
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
    further: FunctionSettings = {},
  ): LambdaFunction {
    const { encryptionKey, reservedConcurrency, table } = this.props;
    const isScim = SCIM_FUNCTIONS.includes(name);
    const { usesTable = true, ...settings } = further;
    const environment = {
      ...this.options.environment,
      ...(isScim
        ? { [ENVIRONMENT.rateLimit]: DEFAULT_RATE_LIMIT, [ENVIRONMENT.loopback]: '' }
        : {}),
      ...further.environment,
    };
    const fn = new ScimFunction(this.scope, id, {
      ...this.options,
      ...settings,
      ...(isScim && reservedConcurrency !== undefined
        ? { reservedConcurrentExecutions: reservedConcurrency }
        : {}),
      environment,
      name,
      description,
    });
    if (!usesTable) return fn;
    // A table that exists may have a key of its own.
    for (const key of new Set([encryptionKey, table.encryptionKey])) key?.grant(fn, ...KEY_ACTIONS);
    return fn;
  }

  /** Creates a function that changes users and groups. */
  directory(
    id: string,
    name: FunctionName,
    description: string,
    further: FunctionSettings = {},
  ): LambdaFunction {
    const fn = this.create(id, name, description, further);
    this.allowTable(fn, ...ITEM_ACTIONS, 'ConditionCheckItem');
    this.allowIndex(fn);
    return fn;
  }

  allowTable(fn: LambdaFunction, ...names: readonly string[]): void {
    const actions = names.map((name) => `dynamodb:${name}`);
    fn.addToRolePolicy(new PolicyStatement({ actions, resources: [this.props.table.tableArn] }));
  }

  allowIndex(fn: LambdaFunction): void {
    const resources = [`${this.props.table.tableArn}/index/inverse`];
    fn.addToRolePolicy(new PolicyStatement({ actions: ['dynamodb:Query'], resources }));
  }

  protected allowInvocation(fn: LambdaFunction, invoked: LambdaFunction): void {
    fn.addToRolePolicy(
      new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [invoked.functionArn] }),
    );
  }

  protected schedule(
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
