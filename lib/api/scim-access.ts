import { Token } from 'aws-cdk-lib';
import type { IVpcEndpoint } from 'aws-cdk-lib/aws-ec2';
import { isIP } from 'node:net';

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
   * List the addresses of the identity providers, and those of the administrators unless
   * `adminAccess` has them. All other requests get a 403 response and reach no function.
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
   * Returns the endpoints of `execute-api` that a private API is called through.
   * @param ownEndpoint creates an interface endpoint if none is given
   * @internal
   */
  abstract _endpoints(ownEndpoint: () => IVpcEndpoint): readonly IVpcEndpoint[];

  /**
   * Returns the condition under which callers are denied; undefined if all are admitted.
   * @param endpoints the result of `_endpoints`
   * @internal
   */
  abstract _denied(endpoints: readonly IVpcEndpoint[]): DenyCondition | undefined;
}

/** Condition of a policy statement. */
type DenyCondition = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

class Anywhere extends ScimAccess {
  readonly _isPrivate = false;
  readonly _isOpen = true;

  _endpoints(): readonly IVpcEndpoint[] {
    return [];
  }

  _denied(): undefined {
    return undefined;
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

  _endpoints(): readonly IVpcEndpoint[] {
    return [];
  }

  _denied(): DenyCondition {
    return { NotIpAddress: { 'aws:SourceIp': [...this.cidrs] } };
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

  _endpoints(ownEndpoint: () => IVpcEndpoint): readonly IVpcEndpoint[] {
    return this.endpoints.length > 0 ? this.endpoints : [ownEndpoint()];
  }

  _denied(endpoints: readonly IVpcEndpoint[]): DenyCondition {
    const ids = endpoints.map(({ vpcEndpointId }) => vpcEndpointId);
    return { StringNotEquals: { 'aws:SourceVpce': ids } };
  }
}
