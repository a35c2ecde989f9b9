import { Token } from 'aws-cdk-lib';
import { EndpointType, type EndpointConfiguration } from 'aws-cdk-lib/aws-apigateway';
import type { IVpcEndpoint } from 'aws-cdk-lib/aws-ec2';
import { AnyPrincipal, Effect, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { isIP } from 'node:net';
import { STAGE } from '../lambdas/contract';

/** From where the API can be reached. Administrators need a permission and identity providers a token in any case. */
export abstract class ScimAccess {
  /** From anywhere: what identity providers in the cloud need that do not tell their addresses. */
  static fromAnywhere(): ScimAccess {
    return new Anywhere();
  }

  /**
   * From some addresses only, those of the identity providers and of the administrators. Others are answered with 403 and reach no function.
   * @param cidrs ranges such as `192.0.2.0/24` or `2001:db8::/32`
   */
  static fromIpRanges(...cidrs: string[]): ScimAccess {
    return new IpRanges(cidrs);
  }

  /**
   * From private networks only: the API has no address on the internet.
   * @param endpoints interface endpoints of `execute-api` that requests come through; without any, one is made in the `vpc` of the service provider
   */
  static fromVpc(...endpoints: IVpcEndpoint[]): ScimAccess {
    return new Vpc(endpoints);
  }

  /**
   * Whether the internet does not reach the API.
   * @internal
   */
  abstract readonly _isPrivate: boolean;

  /**
   * Whether everybody reaches it, the functions themselves among them.
   * @internal
   */
  abstract readonly _isOpen: boolean;

  /**
   * What the REST API is made with.
   * @param ownEndpoint makes an interface endpoint where none is given
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
    // A policy all the same: CloudFormation leaves the one before in place when there is none any more (https://github.com/aws/aws-cdk/issues/21840).
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
        'ScimAccess.fromIpRanges takes at least one range, such as 192.0.2.0/24; without any nobody would get in.',
      );
    }
    const wrong = cidrs.filter((cidr) => !Token.isUnresolved(cidr) && !isRange(cidr));
    if (wrong.length > 0) {
      throw new Error(
        `ScimAccess.fromIpRanges takes ranges such as 192.0.2.0/24, not ${wrong.map((cidr) => `"${cidr}"`).join(', ')}.`,
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

/** An address of either family with the bits of its network. */
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
 * Allows what is below `/v2`, whose tokens the functions check. Of the admin API it says nothing, so that only those get in whose own policies allow it: an
 * allowance for everybody would be one for every principal of the account.
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

function denyAll(conditions: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>): PolicyStatement {
  return new PolicyStatement({
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    actions: ['execute-api:Invoke'],
    resources: ['execute-api:/*'],
    conditions,
  });
}
