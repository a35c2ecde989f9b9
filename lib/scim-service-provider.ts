import { ArnFormat, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import type { ITableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { InterfaceVpcEndpoint } from 'aws-cdk-lib/aws-ec2';
import type { IEventBus, Rule } from 'aws-cdk-lib/aws-events';
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Secret, type ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { ADMIN_PATH, APPLICATION_PATH, CONSOLE_PATH, STAGE } from '../lambdas/contract';
import { acknowledgeRules } from './acknowledged-rules';
import { grantCalls } from './api/grants';
import { bindAccess } from './api/api-policy';
import { declareConnections } from './connections/declared-connections';
import { deploymentName } from './deployment-name';
import { addDomain, domainUrl } from './api/domain';
import { addWebAcl } from './api/web-acl';
import { addEventRule, eventBusOf } from './events/event-rules';
import type { OnEventOptions } from './events/events-props';
import { MeteredConstruct } from './monitoring/metered-construct';
import { Metrics } from './monitoring/metrics';
import { addMonitoring } from './monitoring/monitoring';
import { pagesOf } from './pages/pages';
import { apiEndpoint, Network } from './network/network';
import { declareTypes } from './resource-types/declared-types';
import { ScimAccess } from './api/scim-access';
import { routesOf } from './api/routes';
import { addRoutes, createApi } from './api/scim-api';
import { byRoute, createFunctions, type ScimFunctions } from './functions/scim-functions';
import { declareStreams } from './security-events/declared-streams';
import type { ScimServiceProviderProps } from './scim-service-provider-props';
import { createTable } from './scim-table';

/**
 * A SCIM 2.0 service provider for any number of identity providers.
 *
 * It consists of a REST API with a Lambda function per resource, a DynamoDB table, and a secret for
 * the bearer token of each connection. Identity providers call it at `scimBaseUrl(connectionId)`,
 * administrators at `adminUrl`.
 */
export class ScimServiceProvider extends MeteredConstruct {
  /**
   * REST API of the service provider.
   *
   * Its stage is `scim`.
   */
  readonly api: RestApi;
  /**
   * Table with all data of the service provider.
   *
   * By default, it is retained when the stack is deleted.
   */
  readonly table: ITableV2;
  /**
   * Bus with the events of users, groups and connections.
   *
   * `onEvent` adds a rule for a target.
   */
  readonly eventBus: IEventBus;
  /** Lambda functions of the service provider. */
  readonly functions: ScimFunctions;
  /**
   * URL of the admin API.
   *
   * Requests must be signed (AWS SigV4, service `execute-api`).
   */
  readonly adminUrl: string;
  /**
   * URL of the application API.
   *
   * Requests must be signed (AWS SigV4, service `execute-api`).
   */
  readonly applicationUrl: string;
  /**
   * URL of the console, unless it is switched off.
   *
   * `POST /consoleSessions` of the admin API returns a one-time link that opens it.
   */
  readonly consoleUrl?: string;
  /**
   * Interface endpoint that was created for a private API.
   *
   * Use its `connections` to let in callers from networks that are connected to the VPC.
   */
  readonly apiEndpoint?: InterfaceVpcEndpoint;
  private readonly url: string;
  private readonly deployment: string;
  /** @internal */
  protected readonly _metrics: Metrics;
  private readonly key: IKey | undefined;

  /**
   * @param scope The parent construct.
   * @param id The id of the construct within its scope.
   * @param props Settings that differ from the defaults.
   */
  constructor(scope: Construct, id: string, props: ScimServiceProviderProps = {}) {
    super(scope, id);
    const { domain, access = ScimAccess.fromAnywhere(), connections = [] } = props;
    this.deployment = deploymentName(this, props.deploymentName);
    this.key = props.encryptionKey;
    const network = Network.of(this, props);
    this.table = createTable(this, props);
    const made: { apiEndpoint?: InterfaceVpcEndpoint } = {};
    const reach = bindAccess(
      this,
      { ...props, access },
      () => (made.apiEndpoint ??= apiEndpoint(network)),
    );
    const routes = routesOf(props);
    this.api = createApi(this, {
      ...props,
      routes,
      name: this.deployment.replaceAll('/', '-'),
      reach,
    });
    if (made.apiEndpoint !== undefined) this.apiEndpoint = made.apiEndpoint;
    this.url = domain === undefined ? this.stageUrl() : domainUrl(domain);
    // An allow-list, a WAF or a VPC can keep the functions from calling the public endpoint, and a
    // custom domain may not resolve yet.
    const isOpen =
      access._isOpen &&
      [props.webAcl, props.webAclArn, domain, network].every((each) => each === undefined);
    this.eventBus = eventBusOf(this, props.events);
    const { table, url, deployment, eventBus } = this;
    const { functions, discarded } = createFunctions(this, {
      ...props,
      table,
      deployment,
      url,
      isOpen,
      eventBus,
      network: network?.functions,
    });
    this.functions = functions;
    const endpoints = network?.addEndpoints(props) ?? [];
    addRoutes(this.api, routes, byRoute(functions));
    this.adminUrl = `${this.url}${ADMIN_PATH}`;
    this.applicationUrl = `${this.url}${APPLICATION_PATH}`;
    if (pagesOf(props).console) this.consoleUrl = `${this.url}${CONSOLE_PATH}`;
    if (domain !== undefined)
      addDomain(this, this.api, domain, reach.endpointConfiguration.vpcEndpoints);
    addWebAcl(this, this.api, props);
    for (const principal of props.adminPrincipals ?? []) this.grantAdmin(principal).assertSuccess();
    const { declaredConnections: provider } = this.functions;
    if (provider !== undefined) {
      declareTypes(this, props.resourceTypes ?? [], provider);
      declareStreams(this, props.securityEvents ?? [], provider);
      declareConnections(this, {
        connections,
        provider,
        removalPolicy: props.removalPolicy ?? RemovalPolicy.RETAIN,
        hasMail: props.failureMail !== undefined,
        scimBaseUrl: (id) => this.scimBaseUrl(id),
        secretName: (id) => this.secretNameOf(id),
        // A new rotation schedule calls the SCIM endpoint immediately.
        after: [
          this.api.deploymentStage,
          this.functions.tokenRotation,
          this.functions.discovery,
          ...endpoints,
        ],
      });
    }
    this._metrics = new Metrics(this, this.deployment, this.api);
    addMonitoring(this, { ...props, metrics: this._metrics, functions, table, discarded });
    acknowledgeRules(this, this.deployment);
  }

  /**
   * Returns the SCIM base URL of a connection, to paste into its identity provider.
   *
   * @param connectionId The id of the connection.
   */
  scimBaseUrl(connectionId: string): string {
    return `${this.url}/v2/connections/${connectionId}`;
  }

  /**
   * Returns the secret that holds the bearer token of a connection.
   *
   * Grant read access to whatever passes the token on to the identity provider, such as a pipeline.
   *
   * @param connectionId The id of the connection.
   */
  tokenSecret(connectionId: string): ISecret {
    const id = `Secret-${connectionId}`;
    const found = this.node.tryFindChild(id);
    if (found !== undefined) return found as ISecret;
    const secretPartialArn = Stack.of(this).formatArn({
      service: 'secretsmanager',
      resource: 'secret',
      resourceName: this.secretNameOf(connectionId),
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    return Secret.fromSecretAttributes(this, id, {
      secretPartialArn,
      ...(this.key === undefined ? {} : { encryptionKey: this.key }),
    });
  }

  /**
   * Grants full access to the admin API, such as creating connections and issuing tokens.
   *
   * @param grantee The principal, from the account of the stack.
   */
  grantAdmin(grantee: IGrantable): Grant {
    return grantCalls(grantee, this.api, { method: '*', path: '/admin/*' });
  }

  /**
   * Grants read access to the admin API.
   *
   * It covers connections, the use of tokens, provisioning logs and audit logs. Values of tokens
   * are not included.
   *
   * @param grantee The principal, from the account of the stack.
   */
  grantRead(grantee: IGrantable): Grant {
    return grantCalls(grantee, this.api, { method: 'GET', path: '/admin/*' });
  }

  /**
   * Grants calls of the application API, such as reading users and events.
   *
   * @param grantee The principal, from the account of the stack.
   */
  grantApplication(grantee: IGrantable): Grant {
    return grantCalls(grantee, this.api, { method: '*', path: `${APPLICATION_PATH}/*` });
  }

  /**
   * Grants reading the events of all connections, and nothing else of the application API.
   *
   * @param grantee The principal, from the account of the stack.
   */
  grantReadEvents(grantee: IGrantable): Grant {
    return grantCalls(grantee, this.api, { method: 'GET', path: `${APPLICATION_PATH}/events` });
  }

  /**
   * Grants creating setup links for the portal, and nothing else of the admin API.
   *
   * An application with a settings page of its own creates such a link and redirects to it.
   *
   * @param grantee The principal, from the account of the stack.
   */
  grantPortalLinks(grantee: IGrantable): Grant {
    return grantCalls(grantee, this.api, {
      method: 'POST',
      path: `${ADMIN_PATH}/connections/*/portalLinks`,
    });
  }

  /**
   * Grants opening the console, where a person can do everything that the admin API can.
   *
   * @param grantee The principal, from the account of the stack.
   */
  grantConsole(grantee: IGrantable): Grant {
    return grantCalls(grantee, this.api, {
      method: 'POST',
      path: `${ADMIN_PATH}/consoleSessions`,
    });
  }

  /**
   * Delivers events to a target, such as a Lambda function or a queue.
   *
   * An event can be delivered more than once and out of order. Apply it only if its `sequence` is
   * greater than the one that you stored with its subject.
   *
   * @param id The id of the rule within this construct.
   * @param options The target, and the events that it receives.
   */
  onEvent(id: string, options: OnEventOptions): Rule {
    return addEventRule(this, id, this.eventBus, options);
  }

  /**
   * Builds the URL from the id of the API. `RestApi.url` would be a circular dependency: it depends
   * on the routes, those on the functions, and some functions on the URL.
   */
  private stageUrl(): string {
    const { region, urlSuffix } = Stack.of(this);
    return `https://${this.api.restApiId}.execute-api.${region}.${urlSuffix}/${STAGE}`;
  }

  private secretNameOf(connectionId: string): string {
    return `${this.deployment}/${connectionId}`;
  }
}
