import { ArnFormat, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { InterfaceVpcEndpoint } from 'aws-cdk-lib/aws-ec2';
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Secret, type ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { METRICS, STAGE } from '../lambdas/contract';
import { acknowledgeRules } from './acknowledged-rules';
import { grantAdminApi } from './api/admin-access';
import { bindAccess } from './api/api-policy';
import { addAlarms } from './monitoring/alarms';
import { addDashboard } from './monitoring/dashboard';
import { declareConnections } from './connections/declared-connections';
import { deploymentName } from './deployment-name';
import { addDomain, domainUrl } from './api/domain';
import { addWebAcl } from './api/web-acl';
import { Metrics, type FailureKind } from './monitoring/metrics';
import { Network } from './network/network';
import { ScimAccess } from './api/scim-access';
import { addRoutes, createApi } from './api/scim-api';
import { createFunctions, type ScimFunctions } from './functions/scim-functions';
import type { ScimServiceProviderProps } from './scim-service-provider-props';
import { createTable } from './scim-table';

/**
 * A SCIM 2.0 service provider for any number of identity providers.
 *
 * It consists of a REST API with a Lambda function per resource, a DynamoDB table, and a secret for
 * the bearer token of each connection. Identity providers call it at `scimBaseUrl(connectionId)`,
 * administrators at `adminUrl`.
 */
export class ScimServiceProvider extends Construct {
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
  /** Lambda functions of the service provider. */
  readonly functions: ScimFunctions;
  /**
   * URL of the admin API.
   *
   * Requests must be signed (AWS SigV4, service `execute-api`).
   */
  readonly adminUrl: string;
  /**
   * Interface endpoint that was created for a private API.
   *
   * Use its `connections` to let in callers from networks that are connected to the VPC.
   */
  readonly apiEndpoint?: InterfaceVpcEndpoint;
  private readonly url: string;
  private readonly deployment: string;
  private readonly metrics: Metrics;
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
    this.api = createApi(this, {
      ...props,
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
    const { table, url, deployment } = this;
    const { functions, discarded } = createFunctions(this, {
      ...props,
      table,
      deployment,
      url,
      isOpen,
      network: network?.functions,
    });
    this.functions = functions;
    const endpoints = network?.addEndpoints({ mails: props.failureMail !== undefined }) ?? [];
    addRoutes(this.api, this.functions);
    this.adminUrl = `${this.url}/admin`;
    if (domain !== undefined)
      addDomain(this, this.api, domain, reach.endpointConfiguration.vpcEndpoints);
    addWebAcl(this, this.api, props);
    for (const principal of props.adminPrincipals ?? []) this.grantAdmin(principal).assertSuccess();
    const { declaredConnections: provider } = this.functions;
    if (provider !== undefined) {
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
    this.metrics = new Metrics(this, this.deployment, this.api);
    const { metrics } = this;
    const isMailed = (props.failureMail?.recipients ?? []).length > 0;
    const alarms =
      props.alarms === undefined
        ? []
        : addAlarms(this, props.alarms, { metrics, functions, discarded, isMailed });
    if (props.dashboard ?? true) addDashboard(this, { metrics, alarms, functions, table });
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
   * Returns a metric that the functions of this deployment report.
   *
   * Sum over five minutes by default.
   *
   * @param metricName `Latency`, `Failures`, `Refusals`, `Declined`, `TokensNearExpiry`,
   * `SilentConnections` or `MailFailures`.
   * @param options Overrides of the defaults.
   */
  metric(metricName: string, options?: MetricOptions): Metric {
    return this.metrics.metric(metricName, options);
  }

  /**
   * Returns the metric for the number of SCIM requests.
   *
   * Count over five minutes by default.
   *
   * @param options Overrides of the defaults.
   */
  metricRequests(options?: MetricOptions): Metric {
    return this.metrics.metric(METRICS.latency, { statistic: 'SampleCount', ...options });
  }

  /**
   * Returns the metric for the latency of SCIM requests in milliseconds, measured in the function.
   *
   * 95th percentile over five minutes by default.
   *
   * @param options Overrides of the defaults.
   */
  metricLatency(options?: MetricOptions): Metric {
    return this.metrics.metric(METRICS.latency, { statistic: 'p95', ...options });
  }

  /**
   * Returns the metric for the number of failed SCIM requests.
   *
   * Sum over five minutes by default. Reads of resources that do not exist are not failures.
   *
   * @param options Overrides of the defaults.
   */
  metricFailures(options?: MetricOptions): Metric {
    return this.metrics.metric(METRICS.failures, options);
  }

  /**
   * Returns the metric for the number of SCIM requests that failed in one way.
   *
   * Sum over five minutes by default.
   *
   * @param kind The kind of failure.
   * @param options Overrides of the defaults.
   */
  metricFailuresOf(kind: FailureKind, options?: MetricOptions): Metric {
    return this.metrics.failuresOf(kind, options);
  }

  /**
   * Returns the metric for the number of tokens that expire within a week without a replacement.
   *
   * Counted every hour, maximum over one hour by default. Nothing is reported when there are none.
   *
   * @param options Overrides of the defaults.
   */
  metricTokensNearExpiry(options?: MetricOptions): Metric {
    return this.metrics.ofConnections(METRICS.tokensNearExpiry, options);
  }

  /**
   * Returns the metric for the number of enabled connections that have gone silent.
   *
   * Connections that may be in quarantine at the identity provider are included.
   *
   * Counted every hour, maximum over one hour by default. Nothing is reported when there are none.
   *
   * @param options Overrides of the defaults.
   */
  metricSilentConnections(options?: MetricOptions): Metric {
    return this.metrics.ofConnections(METRICS.silentConnections, options);
  }

  /**
   * Grants full access to the admin API, such as creating connections and issuing tokens.
   *
   * @param grantee The principal, from the account of the stack.
   */
  grantAdmin(grantee: IGrantable): Grant {
    return grantAdminApi(grantee, this.api, '*');
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
    return grantAdminApi(grantee, this.api, 'GET');
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

/** @throws Error without a VPC to create the endpoint in */
function apiEndpoint(network: Network | undefined): InterfaceVpcEndpoint {
  if (network !== undefined) return network.apiEndpoint();
  throw new Error(
    'ScimAccess.fromVpc() requires an interface endpoint of execute-api. ' +
      'Pass one to fromVpc(), or set vpc to have one created.',
  );
}
