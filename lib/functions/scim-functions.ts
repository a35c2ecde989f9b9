import { Duration } from 'aws-cdk-lib';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { RoutedFunction } from '../../lambdas/contract';
import { ITEM_ACTIONS, type FunctionsProps } from './base-factory';
import { configurePages, pagesOf } from '../pages/pages';
import { FunctionFactory } from './function-factory';

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
  /** Serves discovery. */
  readonly discovery: LambdaFunction;
  /** Serves custom resource types, and all SCIM paths that no other function serves. */
  readonly resources: LambdaFunction;
  /** Serves the token endpoints of connections. */
  readonly oauth: LambdaFunction;
  /**
   * Serves the key set of security event tokens, and streams to receivers that poll.
   *
   * @default - no function without `securityEvents`
   */
  readonly securityEvents?: LambdaFunction;
  /**
   * Performs requests after their answer, if clients prefer that.
   *
   * @default - no function without `securityEvents`
   */
  readonly requests?: LambdaFunction;
  /** Serves the admin API. */
  readonly admin: LambdaFunction;
  /** Serves the application API. */
  readonly application: LambdaFunction;
  /**
   * Serves the pages of the portal and the console.
   *
   * @default - no function if both are switched off
   */
  readonly ui?: LambdaFunction;
  /**
   * Reads the table's stream.
   *
   * It appends events to the event log and puts them on the bus, writes changes to the provisioning
   * log, and hands work on to other functions.
   */
  readonly dispatcher: LambdaFunction;
  /** Completes work that requests handed over. */
  readonly completion: LambdaFunction;
  /** Rotates tokens for Secrets Manager. */
  readonly tokenRotation: LambdaFunction;
  /**
   * Mails administrators about failures, tokens, silent connections and alarms.
   *
   * It checks for expiring tokens and silent connections every hour.
   */
  readonly notifications: LambdaFunction;
  /** Sends events to webhook endpoints. */
  readonly webhooks: LambdaFunction;
  /**
   * Creates, changes and deletes declared connections, resource types and streams.
   *
   * @default - no function if `connections`, `resourceTypes` and `securityEvents` are empty
   */
  readonly declaredConnections?: LambdaFunction;
}

/**
 * Creates the functions, each with permissions for the calls that it makes and no others. A
 * transaction needs the permissions of its writes.
 * @returns the functions, and the queue with the positions of records that could not be processed
 */
export function createFunctions(
  scope: Construct,
  props: FunctionsProps,
): { readonly functions: ScimFunctions; readonly discarded: Queue } {
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
  const resources = factory.create('Resources', 'resources', 'SCIM: serves custom types');
  // Custom types have no memberships, which the index lists.
  factory.allowTable(resources, ...ITEM_ACTIONS, 'ConditionCheckItem');
  const oauth = factory.create('OAuth', 'oauth', 'SCIM: issues access tokens');
  // It stores the keys of issuers, counts failures, and logs refusals.
  factory.allowTable(oauth, 'GetItem', 'UpdateItem', 'PutItem');
  const tokenRotation = factory.tokenRotation();
  const webhooks = factory.webhooks();
  const admin = factory.administration(
    'Admin',
    'admin',
    'SCIM: serves the admin API',
    tokenRotation,
  );
  factory.allowWebhooks(admin, webhooks);
  // The admin API lists connections, checks the groups that a schema change affects, and imports
  // users and groups: their ids must not be in use, and members of large groups are batches.
  factory.allowTable(admin, 'BatchGetItem', 'BatchWriteItem', 'ConditionCheckItem');
  factory.allowIndex(admin);
  for (const fn of [tokenRotation, admin]) factory.allowProbe(fn, discovery);
  configurePages(admin, props);
  const { portal, console } = pagesOf(props);
  const ui = portal || console ? { ui: factory.ui(admin) } : {};
  const application = factory.application();
  const notifications = factory.notifications();
  const { dispatcher, discarded } = factory.dispatcher(completion, notifications, webhooks);
  const signed = factory.securityEvents(discovery, webhooks, [admin, dispatcher]);
  const later = factory.requests([groups, bulk], dispatcher);
  const functions = {
    users,
    groups,
    bulk,
    search,
    discovery,
    resources,
    oauth,
    admin,
    application,
    ...ui,
    ...signed,
    ...later,
    dispatcher,
    completion,
    tokenRotation,
    notifications,
    webhooks,
  };
  const { connections = [], resourceTypes = [], securityEvents = [] } = props;
  const isEmpty = [connections, resourceTypes, securityEvents].every(({ length }) => length === 0);
  if (isEmpty) return { functions, discarded };
  const about = 'SCIM: creates what the stack declares';
  const declaredConnections = factory.administration(
    'Declaration',
    'declared-connections',
    about,
    tokenRotation,
    Duration.minutes(2),
  );
  factory.allowProbe(declaredConnections, discovery);
  // It counts the resources of types that change in all connections. It keeps these permissions
  // when no types are declared any more, because CloudFormation removes the types last.
  factory.allowTable(declaredConnections, 'BatchGetItem');
  factory.allowIndex(declaredConnections);
  return { functions: { ...functions, declaredConnections }, discarded };
}

/** Returns functions by the names that routes have for them. */
export function byRoute(
  functions: ScimFunctions,
): Readonly<Partial<Record<RoutedFunction, LambdaFunction>>> {
  const { securityEvents } = functions;
  return {
    ...functions,
    ...(securityEvents === undefined ? {} : { 'security-events': securityEvents }),
  };
}
