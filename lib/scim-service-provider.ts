import { ArnFormat, RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { InterfaceVpcEndpoint } from 'aws-cdk-lib/aws-ec2';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Secret, type ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';
import { METRICS, STAGE } from '../lambdas/contract';
import { acknowledgeAdministration, acknowledgeRules } from './acknowledged-rules';
import { addAlarms } from './alarms';
import { addDashboard } from './dashboard';
import { declareConnections } from './declared-connections';
import { addDomain } from './domain';
import { Metrics, type FailureKind } from './metrics';
import { Network } from './network';
import { ScimAccess } from './scim-access';
import { addRoutes, scimApi } from './scim-api';
import { scimFunctions, type ScimFunctions } from './scim-functions';
import type { ScimServiceProviderProps } from './scim-service-provider-props';
import { scimTable } from './scim-table';

/**
 * A SCIM 2.0 service provider: a REST API with a function for each resource, one table, and a secret for each connection's bearer
 * token. Identity providers call it below `scimBaseUrl(connection)`, administrators below `adminUrl`.
 */
export class ScimServiceProvider extends Construct {
  /** The REST API. Its stage is `scim`. */
  readonly api: RestApi;
  /** The single table. It is retained when the stack is deleted. */
  readonly table: TableV2;
  /** The functions. */
  readonly functions: ScimFunctions;
  /** URL of the admin API. Calls are signed (SigV4, service `execute-api`). */
  readonly adminUrl: string;
  /**
   * The endpoint that was made for a private API. Its `connections` let callers in from elsewhere than the VPC: networks that are connected to it.
   */
  readonly apiEndpoint?: InterfaceVpcEndpoint;
  private readonly url: string;
  private readonly deployment: string;
  private readonly metrics: Metrics;
  private readonly key: IKey | undefined;

  /**
   * @param scope the stack or construct that it belongs to
   * @param id its name there
   * @param props how it differs from the defaults
   */
  constructor(scope: Construct, id: string, props: ScimServiceProviderProps = {}) {
    super(scope, id);
    const { domain, webAcl, access = ScimAccess.fromAnywhere(), connections = [] } = props;
    if (domain !== undefined && access._isPrivate) {
      throw new Error(
        'A private API has no domain of its own on the internet: leave out domain, or choose another access.',
      );
    }
    this.deployment = this.deploymentName();
    this.key = props.encryptionKey;
    const network = Network.of(this, props);
    this.table = scimTable(this, props);
    const made: { apiEndpoint?: InterfaceVpcEndpoint } = {};
    this.api = scimApi(this, {
      ...props,
      name: this.deployment.replace('/', '-'),
      reach: access._bind(() => (made.apiEndpoint = apiEndpoint(network))),
    });
    if (made.apiEndpoint !== undefined) this.apiEndpoint = made.apiEndpoint;
    this.url = domain === undefined ? this.stageUrl() : `https://${domain.domainName}`;
    // Nothing is in the way of a call over HTTP: no list of addresses, no network without a way out, no name that is not known yet.
    const isOpen = access._isOpen && webAcl === undefined && domain === undefined && network === undefined;
    const { table, url, deployment } = this;
    this.functions = scimFunctions(this, { ...props, table, deployment, url, isOpen, network: network?.functions });
    const endpoints = network?.addEndpoints({ mails: props.failureMail !== undefined }) ?? [];
    addRoutes(this.api, this.functions);
    this.adminUrl = `${this.url}/admin`;
    if (domain !== undefined) addDomain(this, this.api, domain);
    if (webAcl !== undefined) {
      const { stageArn: resourceArn } = this.api.deploymentStage;
      new CfnWebACLAssociation(this, 'WebAcl', { resourceArn, webAclArn: webAcl.attrArn });
    }
    for (const principal of props.adminPrincipals ?? []) this.grantAdmin(principal).assertSuccess();
    const { declaredConnections: maker } = this.functions;
    if (maker !== undefined) {
      declareConnections(this, {
        connections,
        maker,
        removalPolicy: props.removalPolicy ?? RemovalPolicy.RETAIN,
        hasMail: props.failureMail !== undefined,
        scimBaseUrl: (id) => this.scimBaseUrl(id),
        secretName: (id) => this.secretNameOf(id),
        // Setting a schedule up tries the endpoint at once.
        after: [this.api.deploymentStage, this.functions.tokenRotation, this.functions.discovery, ...endpoints],
      });
    }
    this.metrics = new Metrics(this, this.deployment, this.api);
    const isMailed = (props.failureMail?.recipients ?? []).length > 0;
    const alarms =
      props.alarms === undefined ? [] : addAlarms(this, props.alarms, this.metrics, this.functions, isMailed);
    if (props.dashboard ?? true) {
      addDashboard(this, { metrics: this.metrics, alarms, functions: this.functions, table: this.table });
    }
    acknowledgeRules(this, this.deployment);
  }

  /**
   * Base URL to paste into the identity provider of a connection.
   * @param connectionId the connection's id
   */
  scimBaseUrl(connectionId: string): string {
    return `${this.url}/v2/connections/${connectionId}`;
  }

  /**
   * The secret that holds the bearer token of a connection, for what is to read it: a pipeline that hands it to the identity provider.
   * @param connectionId the connection's id
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
   * One of the metrics that the functions report, of this deployment: `Latency`, `Failures`, `Refusals`, `TokensNearExpiry`, `SilentConnections`, `MailFailures`.
   * @param metricName its name
   * @param options the sum over five minutes without them
   */
  metric(metricName: string, options?: MetricOptions): Metric {
    return this.metrics.of(metricName, options);
  }

  /**
   * How many SCIM requests there were.
   * @param options five minutes without them
   */
  metricRequests(options?: MetricOptions): Metric {
    return this.metrics.of(METRICS.latency, { statistic: 'SampleCount', ...options });
  }

  /**
   * How long SCIM requests took in their function, in milliseconds.
   * @param options the 95th percentile over five minutes without them
   */
  metricLatency(options?: MetricOptions): Metric {
    return this.metrics.of(METRICS.latency, { statistic: 'p95', ...options });
  }

  /**
   * How many SCIM requests did not do what they were to do.
   * @param options the sum over five minutes without them
   */
  metricFailures(options?: MetricOptions): Metric {
    return this.metrics.of(METRICS.failures, options);
  }

  /**
   * How many SCIM requests failed in one way.
   * @param kind the way
   * @param options the sum over five minutes without them
   */
  metricFailuresOf(kind: FailureKind, options?: MetricOptions): Metric {
    return this.metrics.failuresOf(kind, options);
  }

  /**
   * How many tokens end within a week without one that replaces them.
   * @param options the maximum over an hour without them, which is how often they are counted
   */
  metricTokensNearExpiry(options?: MetricOptions): Metric {
    return this.metrics.ofConnections(METRICS.tokensNearExpiry, options);
  }

  /**
   * How many enabled connections have gone silent, or may be in quarantine.
   * @param options the maximum over an hour without them, which is how often they are counted
   */
  metricSilentConnections(options?: MetricOptions): Metric {
    return this.metrics.ofConnections(METRICS.silentConnections, options);
  }

  /**
   * Lets somebody call the admin API: create and delete connections, issue tokens.
   * @param grantee a role, a user, a function
   */
  grantAdmin(grantee: IGrantable): Grant {
    return this.grantInvoke(grantee, '*');
  }

  /**
   * Lets somebody read through the admin API: connections, when tokens were used, who did what. It shows no value of a token.
   * @param grantee a role, a user, a function
   */
  grantRead(grantee: IGrantable): Grant {
    return this.grantInvoke(grantee, 'GET');
  }

  /** @throws Error for somebody of another account: API Gateway lets in only whom both accounts allow */
  private grantInvoke(grantee: IGrantable, method: string): Grant {
    const { principalAccount: theirs } = grantee.grantPrincipal;
    const { account: ours } = Stack.of(this);
    if (theirs !== undefined && ![theirs, ours].some(Token.isUnresolved) && theirs !== ours) {
      throw new Error(
        `The admin API is for principals of account ${ours}, not of ${theirs}: let them assume a role there, and grant that.`,
      );
    }
    acknowledgeAdministration(grantee, this.api, method);
    const resourceArns = [this.api.arnForExecuteApi(method, '/admin/*', STAGE)];
    return Grant.addToPrincipal({ grantee, actions: ['execute-api:Invoke'], resourceArns });
  }

  /** By the API's id: the URL that it gives itself depends on the routes, and those on the functions, and some of those on the URL. */
  private stageUrl(): string {
    const { region, urlSuffix } = Stack.of(this);
    return `https://${this.api.restApiId}.execute-api.${region}.${urlSuffix}/${STAGE}`;
  }

  private secretNameOf(connectionId: string): string {
    return `${this.deployment}/${connectionId}`;
  }

  /** What no other deployment in the account and region is called: secrets, which are made at run time, have names that begin with it. */
  private deploymentName(): string {
    let stack = Stack.of(this);
    // The name of a nested one is known at deploy alone.
    while (stack.nestedStackParent !== undefined) stack = stack.nestedStackParent;
    return `${stack.stackName}/${this.node.addr.slice(-8)}`;
  }
}

/** @throws Error without a VPC to make it in */
function apiEndpoint(network: Network | undefined): InterfaceVpcEndpoint {
  if (network !== undefined) return network.apiEndpoint();
  throw new Error(
    'ScimAccess.fromVpc() takes the interface endpoints of execute-api to come through, or makes one in the vpc: pass one of the two.',
  );
}
