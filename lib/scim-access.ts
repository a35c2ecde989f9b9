import { Token } from 'aws-cdk-lib';
import { EndpointType, type EndpointConfiguration } from 'aws-cdk-lib/aws-apigateway';
import type { IVpcEndpoint } from 'aws-cdk-lib/aws-ec2';
import { AnyPrincipal, Effect, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { isIP } from 'node:net';
import { STAGE } from '../lambdas/contract';

/**
 * Networks from which the API can be reached.
 *
 * In every case, administrators need an IAM permission and identity providers a bearer token.
 */
export abstract class ScimAccess {
  /**
   * Allows requests from anywhere.
   *
   * Cloud identity providers need this unless they publish the addresses that they call from.
   */
  static fromAnywhere(): ScimAccess {
    return new Anywhere();
  }

  /**
   * Allows requests from the given IP ranges only.
   *
   * List the addresses of the identity providers and of the administrators. All other requests get
   * a 403 response and reach no function.
   *
   * @param cidrs CIDR ranges such as `192.0.2.0/24` or `2001:db8::/32`.
   */
  static fromIpRanges(...cidrs: string[]): ScimAccess {
    return new IpRanges(cidrs);
  }

  /**
   * Allows requests from private networks only.
   *
   * The API cannot be reached from the internet. Without endpoints, one is created in the `vpc` of
   * the service provider.
   *
   * @param endpoints Interface endpoints of `execute-api` that requests come through.
   */
  static fromVpc(...endpoints: IVpcEndpoint[]): ScimAccess {
    return new Vpc(endpoints);
  }

  /**
   * Whether the API cannot be reached from the internet.
   * @internal
   */
  abstract readonly _isPrivate: boolean;

  /**
   * Whether the API can be reached from anywhere, including its own functions.
   * @internal
   */
  abstract readonly _isOpen: boolean;

  /**
   * Returns the endpoint configuration and the resource policy of the REST API.
   * @param ownEndpoint creates an interface endpoint if none is given
   * @internal
   */
  abstract _bind(ownEndpoint: () => IVpcEndpoint): Binding;
}

interface Binding {
  readonly endpointConfiguration: EndpointConfiguration;
  readonly policy: PolicyDocument;
}

const REGIONAL: EndpointConfiguration = { types: [EndpointType.REGIONAL] };

class Anywhere extends ScimAccess {
  readonly _isPrivate = false;
  readonly _isOpen = true;

  _bind(): Binding {
    // A policy is needed here, too: CloudFormation keeps the previous one if the template has none.
    // https://github.com/aws/aws-cdk/issues/21840
    return { endpointConfiguration: REGIONAL, policy: allowScim() };
  }
}

class IpRanges extends ScimAccess {
  readonly _isPrivate = false;
  readonly _isOpen = false;

  constructor(private readonly cidrs: readonly string[]) {
    super();
    if (cidrs.length === 0) {
      throw new Error(
        'ScimAccess.fromIpRanges() requires at least one CIDR range such as 192.0.2.0/24. ' +
          'Use ScimAccess.fromAnywhere() to allow all addresses.',
      );
    }
    const wrong = cidrs.filter((cidr) => !Token.isUnresolved(cidr) && !isRange(cidr));
    if (wrong.length > 0) {
      const received = wrong.map((cidr) => `"${cidr}"`).join(', ');
      throw new Error(
        `ScimAccess.fromIpRanges() takes CIDR ranges such as 192.0.2.0/24, not ${received}. ` +
          'Add /32 to a single IPv4 address, or /128 to a single IPv6 address.',
      );
    }
  }

  _bind(): Binding {
    return {
      endpointConfiguration: REGIONAL,
      policy: allowScim(denyAll({ NotIpAddress: { 'aws:SourceIp': [...this.cidrs] } })),
    };
  }
}

/** Checks for an IPv4 or IPv6 address with a prefix length. */
function isRange(cidr: string): boolean {
  const [address = '', bits = '', ...more] = cidr.split('/');
  const most = { 4: 32, 6: 128 }[isIP(address)];
  return most !== undefined && /^\d{1,3}$/.test(bits) && Number(bits) <= most && more.length === 0;
}

class Vpc extends ScimAccess {
  readonly _isPrivate = true;
  readonly _isOpen = false;

  constructor(private readonly endpoints: readonly IVpcEndpoint[]) {
    super();
  }

  _bind(ownEndpoint: () => IVpcEndpoint): Binding {
    const vpcEndpoints = this.endpoints.length > 0 ? [...this.endpoints] : [ownEndpoint()];
    const ids = vpcEndpoints.map(({ vpcEndpointId }) => vpcEndpointId);
    return {
      endpointConfiguration: { types: [EndpointType.PRIVATE], vpcEndpoints },
      policy: allowScim(denyAll({ StringNotEquals: { 'aws:SourceVpce': ids } })),
    };
  }
}

/**
 * Allows requests below `/v2`, whose tokens the functions check. The policy leaves out the admin
 * API, so that only principals whose own IAM policies allow it can call it: allowing everyone here
 * would let in every principal of the account.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
 */
function allowScim(...denied: readonly PolicyStatement[]): PolicyDocument {
  const allowed = new PolicyStatement({
    principals: [new AnyPrincipal()],
    actions: ['execute-api:Invoke'],
    resources: [`execute-api:/${STAGE}/*/v2/*`],
  });
  return new PolicyDocument({ statements: [allowed, ...denied] });
}

function denyAll(
  conditions: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>,
): PolicyStatement {
  return new PolicyStatement({
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    actions: ['execute-api:Invoke'],
    resources: ['execute-api:/*'],
    conditions,
  });
}
