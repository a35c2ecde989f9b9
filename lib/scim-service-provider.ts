import { Stack } from 'aws-cdk-lib';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';
import { STAGE } from '../lambdas/contract';
import { acknowledgeRules } from './acknowledged-rules';
import { addDomain } from './domain';
import { addRoutes, scimApi } from './scim-api';
import { scimFunctions, type ScimFunctions } from './scim-functions';
import type { ScimServiceProviderProps } from './scim-service-provider-props';
import { scimTable } from './scim-table';

/**
 * A SCIM 2.0 service provider: a REST API with a function for each resource, one table, and a secret for each connection's bearer
 * token. Identity providers call it below `scimBaseUrl(connection)`, administrators below `adminUrl`.
 */
export class ScimServiceProvider extends Construct {
  /** The REST API; its stage is `scim`. */
  readonly api: RestApi;
  /** The single table; retained when the stack is deleted. */
  readonly table: TableV2;
  /** The functions. */
  readonly functions: ScimFunctions;
  /** URL of the admin API; calls are signed (SigV4, service `execute-api`). */
  readonly adminUrl: string;
  private readonly url: string;

  /**
   * @param scope the stack or construct that it belongs to
   * @param id its name there
   * @param props how it differs from the defaults
   */
  constructor(scope: Construct, id: string, props: ScimServiceProviderProps = {}) {
    super(scope, id);
    const { domain, webAcl } = props;
    const secretPrefix = this.secretPrefix();
    this.table = scimTable(this, props);
    this.api = scimApi(this, props);
    this.url = domain === undefined ? this.stageUrl() : `https://${domain.domainName}`;
    this.functions = scimFunctions(this, {
      ...props,
      table: this.table,
      secretPrefix,
      url: this.url,
    });
    addRoutes(this.api, this.functions);
    this.adminUrl = `${this.url}/admin`;
    if (domain !== undefined) addDomain(this, this.api, domain);
    if (webAcl !== undefined) {
      const { stageArn: resourceArn } = this.api.deploymentStage;
      new CfnWebACLAssociation(this, 'WebAcl', { resourceArn, webAclArn: webAcl.attrArn });
    }
    for (const principal of props.adminPrincipals ?? []) this.grantAdmin(principal);
    acknowledgeRules(this, secretPrefix);
  }

  /**
   * Base URL to paste into the identity provider of a connection.
   * @param connectionId the connection's id
   */
  scimBaseUrl(connectionId: string): string {
    return `${this.url}/v2/connections/${connectionId}`;
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

  private grantInvoke(grantee: IGrantable, method: string): Grant {
    const resourceArns = [this.api.arnForExecuteApi(method, '/admin/*', STAGE)];
    return Grant.addToPrincipal({ grantee, actions: ['execute-api:Invoke'], resourceArns });
  }

  /** By the API's id: the URL that it gives itself depends on the routes, and those on the functions, and some of those on the URL. */
  private stageUrl(): string {
    const { region, urlSuffix } = Stack.of(this);
    return `https://${this.api.restApiId}.execute-api.${region}.${urlSuffix}/${STAGE}`;
  }

  /** Secrets are made at run time, so their names begin with what no other deployment in the account and region has. */
  private secretPrefix(): string {
    return `${Stack.of(this).stackName}/${this.node.addr.slice(-8)}`;
  }
}
