import { Duration, Stack } from 'aws-cdk-lib';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { ENVIRONMENT, HANDED_OVER_FILTER, NOTICE_FILTER, STAGE, type RoutedFunction } from '../lambdas/contract';
import { allowMail, type FailureMailProps } from './failure-mail';
import { addRoutes, scimApi } from './scim-api';
import { ScimFunction } from './scim-function';
import { scimTable } from './scim-table';
import { triggerFromTable } from './table-trigger';
import { allowRotation, allowSecrets } from './token-rotation';

/** What all functions of a service provider have in common. */
interface FunctionOptions {
  readonly environment: Readonly<Record<string, string>>;
  readonly bundlesPath?: string;
}

/** Properties of a `ScimServiceProvider`; none is needed. */
export interface ScimServiceProviderProps {
  /**
   * Where the bundles of the functions are, one folder each.
   *
   * @default - those shipped with this package
   */
  readonly bundlesPath?: string;

  /**
   * How mails to administrators leave, such as the one that a token is about to expire.
   *
   * @default - no mails are sent
   */
  readonly failureMail?: FailureMailProps;
}

/**
 * A SCIM 2.0 service provider: a REST API with a function for each resource, one table, and a secret for each connection's bearer
 * token. Identity providers call it below `scimBaseUrl(connection)`, administrators below `adminUrl`.
 */
export class ScimServiceProvider extends Construct {
  /** The REST API; its stage is `scim`. */
  readonly api: RestApi;
  /** The single table; retained when the stack is deleted. */
  readonly table: TableV2;
  /** URL of the admin API; calls are signed (SigV4, service `execute-api`). */
  readonly adminUrl: string;

  /**
   * @param scope the stack or construct that it belongs to
   * @param id its name there
   * @param props how it differs from the defaults
   */
  constructor(scope: Construct, id: string, props: ScimServiceProviderProps = {}) {
    super(scope, id);
    this.table = scimTable(this);
    this.api = scimApi(this);
    addRoutes(this.api, this.functions(props));
    this.adminUrl = this.api.urlForPath('/admin');
  }

  /**
   * Base URL to paste into the identity provider of a connection.
   * @param connectionId the connection's id
   */
  scimBaseUrl(connectionId: string): string {
    return this.api.urlForPath(`/v2/connections/${connectionId}`);
  }

  /** Each function with the calls that it makes and no others; a transaction needs the permissions of its writes. */
  private functions(props: ScimServiceProviderProps): Readonly<Record<RoutedFunction, LambdaFunction>> {
    const { bundlesPath } = props;
    const environment = { [ENVIRONMENT.tableName]: this.table.tableName };
    const options = { environment, ...(bundlesPath === undefined ? {} : { bundlesPath }) };
    const users = new ScimFunction(this, 'Users', { ...options, name: 'users', description: 'SCIM /Users' });
    const groups = new ScimFunction(this, 'Groups', { ...options, name: 'groups', description: 'SCIM /Groups' });
    const bulk = new ScimFunction(this, 'Bulk', { ...options, name: 'bulk', description: 'SCIM /Bulk' });
    const search = new ScimFunction(this, 'Search', { ...options, name: 'search', description: 'SCIM /.search' });
    const discovery = new ScimFunction(this, 'Discovery', {
      ...options,
      name: 'discovery',
      description: 'SCIM discovery',
    });
    const completion = new ScimFunction(this, 'Completion', {
      ...options,
      name: 'completion',
      description: 'SCIM: completes what requests had no time for',
      timeout: Duration.minutes(5),
    });
    triggerFromTable(this, completion, {
      table: this.table,
      streamId: 'HandedOver',
      filter: HANDED_OVER_FILTER,
      scheduleId: 'Abandoned',
      every: Duration.minutes(1),
      description: 'SCIM: asks for what requests that ended unexpectedly have left behind',
    });
    for (const directory of [users, groups, bulk, completion]) {
      this.allowTable(directory, 'GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem');
      this.allowTable(directory, 'ConditionCheckItem');
      this.allowIndex(directory);
    }
    // Those who record large changes, and remove the members of groups that are gone.
    for (const directory of [groups, bulk, completion]) this.allowTable(directory, 'BatchWriteItem');
    // It remembers where pages ended, and completes changes of members that it is to show.
    this.allowTable(search, 'GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem');
    this.allowIndex(search);
    // It remembers when tokens were used.
    this.allowTable(discovery, 'GetItem', 'UpdateItem');
    const admin = this.administration(options);
    if (props.failureMail !== undefined) this.notifications(options, props.failureMail);
    return { users, groups, bulk, search, discovery, admin };
  }

  /** The functions that handle connections and their tokens. */
  private administration(options: FunctionOptions): LambdaFunction {
    const prefix = this.secretPrefix();
    const environment = { ...options.environment, [ENVIRONMENT.secretPrefix]: prefix };
    const rotation = new ScimFunction(this, 'TokenRotation', {
      ...options,
      name: 'token-rotation',
      description: 'SCIM: rotates tokens for Secrets Manager',
      // By the API's id: its URL depends on the routes, and those on the functions.
      environment: { ...environment, [ENVIRONMENT.scimUrl]: this.stageUrl() },
    });
    this.allowTable(rotation, 'GetItem', 'PutItem');
    allowSecrets(rotation, prefix, 'DescribeSecret', 'GetSecretValue', 'PutSecretValue', 'UpdateSecretVersionStage');
    const admin = new ScimFunction(this, 'Admin', {
      ...options,
      name: 'admin',
      description: 'SCIM connections and tokens',
      environment: { ...environment, [ENVIRONMENT.rotationFunction]: rotation.functionArn },
    });
    this.allowTable(admin, 'GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem');
    this.allowIndex(admin);
    // It hands tokens out when they are made, and cannot read them afterwards.
    allowSecrets(admin, prefix, 'CreateSecret', 'DescribeSecret', 'PutSecretValue', 'UpdateSecretVersionStage');
    allowSecrets(admin, prefix, 'RotateSecret', 'CancelRotateSecret', 'DeleteSecret');
    allowRotation(rotation, admin);
    return admin;
  }

  /** The function that tells administrators by mail. */
  private notifications(options: FunctionOptions, mail: FailureMailProps): void {
    const notifications = new ScimFunction(this, 'Notifications', {
      ...options,
      name: 'notifications',
      description: 'SCIM: mails to administrators',
      environment: {
        ...options.environment,
        [ENVIRONMENT.secretPrefix]: this.secretPrefix(),
        [ENVIRONMENT.scimUrl]: this.stageUrl(),
        [ENVIRONMENT.mailFrom]: mail.sender,
      },
      timeout: Duration.minutes(5),
    });
    triggerFromTable(this, notifications, {
      table: this.table,
      streamId: 'Noticed',
      filter: NOTICE_FILTER,
      scheduleId: 'Reminders',
      every: Duration.hours(6),
      description: 'SCIM: looks for tokens that are about to expire',
    });
    this.allowTable(notifications, 'GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem', 'ConditionCheckItem');
    this.allowIndex(notifications);
    allowMail(notifications, mail);
  }

  private stageUrl(): string {
    const { region, urlSuffix } = Stack.of(this);
    return `https://${this.api.restApiId}.execute-api.${region}.${urlSuffix}/${STAGE}`;
  }

  private allowTable(fn: LambdaFunction, ...actions: readonly string[]): void {
    fn.addToRolePolicy(
      new PolicyStatement({
        actions: actions.map((action) => `dynamodb:${action}`),
        resources: [this.table.tableArn],
      }),
    );
  }

  private allowIndex(fn: LambdaFunction): void {
    fn.addToRolePolicy(
      new PolicyStatement({ actions: ['dynamodb:Query'], resources: [`${this.table.tableArn}/index/inverse`] }),
    );
  }

  /** Secrets are made at run time, so their names begin with what no other deployment in the account and region has. */
  private secretPrefix(): string {
    return `${Stack.of(this).stackName}/${this.node.addr.slice(-8)}`;
  }
}
