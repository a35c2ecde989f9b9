import { ArnFormat, Duration, Stack } from 'aws-cdk-lib';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { ENVIRONMENT, type FunctionName } from '../lambdas/contract';
import { completionTriggers } from './completion-triggers';
import { scimApi } from './scim-api';
import { ScimFunction } from './scim-function';
import { scimTable } from './scim-table';

/** Properties of a `ScimServiceProvider`; none is needed. */
export interface ScimServiceProviderProps {
  /**
   * Where the bundles of the functions are, one folder each.
   *
   * @default - those shipped with this package
   */
  readonly bundlesPath?: string;
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
    const functions = this.functions(props.bundlesPath);
    this.api = scimApi(this, functions);
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
  private functions(bundlesPath: string | undefined): Readonly<Record<FunctionName, LambdaFunction>> {
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
    const prefix = this.secretPrefix();
    const admin = new ScimFunction(this, 'Admin', {
      ...options,
      name: 'admin',
      description: 'SCIM connections and tokens',
      environment: { ...environment, [ENVIRONMENT.secretPrefix]: prefix },
    });
    const completion = new ScimFunction(this, 'Completion', {
      ...options,
      name: 'completion',
      description: 'SCIM: completes what requests had no time for',
      timeout: Duration.minutes(5),
    });
    completionTriggers(this, completion, this.table);
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
    this.allowTable(discovery, 'GetItem');
    this.allowTable(admin, 'GetItem', 'BatchGetItem', 'Query', 'PutItem', 'DeleteItem');
    this.allowIndex(admin);
    admin.addToRolePolicy(
      new PolicyStatement({
        actions: ['secretsmanager:CreateSecret', 'secretsmanager:PutSecretValue'],
        resources: [
          Stack.of(this).formatArn({
            service: 'secretsmanager',
            resource: 'secret',
            resourceName: `${prefix}/*`,
            arnFormat: ArnFormat.COLON_RESOURCE_NAME,
          }),
        ],
      }),
    );
    return { users, groups, bulk, search, discovery, admin, completion };
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
