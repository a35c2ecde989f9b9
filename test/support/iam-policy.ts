import { BlockList, isIPv6 } from 'node:net';

/* Evaluates resource policies as IAM does, for the operators and keys that this project uses. */

/** Statement of a policy, as CloudFormation gets it, with plain strings. */
interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Resource?: string | readonly string[];
  readonly NotResource?: string | readonly string[];
  readonly Condition?: Readonly<
    Record<string, Readonly<Record<string, string | readonly string[]>>>
  >;
}

/** Caller of an API. Anonymous callers have no account. */
export interface Caller {
  readonly account?: string;
  readonly address: string;
  readonly endpoint?: string;
}

/**
 * Returns whether a pattern matches an ARN. `*` stands for any characters, slashes and colons
 * included, and `?` for one.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
 */
export function matchesArn(pattern: string, arn: string): boolean {
  const source = pattern
    .replace(/[\\^$.+()[\]{}|]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(arn);
}

/** Returns the decision of a resource policy: `implicit` if no statement applies. */
export function decide(
  statements: readonly Statement[],
  arn: string,
  caller: Caller,
): 'allow' | 'deny' | 'implicit' {
  const effects = statements.filter((each) => applies(each, arn, caller)).map(({ Effect: e }) => e);
  if (effects.includes('Deny')) return 'deny';
  return effects.includes('Allow') ? 'allow' : 'implicit';
}

function applies(
  { Resource: resources, NotResource: others, Condition: condition = {} }: Statement,
  arn: string,
  caller: Caller,
): boolean {
  const isAmong = (patterns: string | readonly string[]): boolean =>
    [patterns].flat().some((pattern) => matchesArn(pattern, arn));
  const isCovered = resources === undefined ? !isAmong(others ?? []) : isAmong(resources);
  return (
    isCovered &&
    Object.entries(condition).every(([operator, keys]) =>
      Object.entries(keys).every(([key, values]) =>
        holds(operator, valueOf(key, caller), [values].flat()),
      ),
    )
  );
}

function valueOf(key: string, { account, address, endpoint }: Caller): string | undefined {
  switch (key) {
    case 'aws:PrincipalAccount':
      return account;
    case 'aws:SourceIp':
      return address;
    case 'aws:SourceVpce':
      return endpoint;
    default:
      throw new Error(`Unknown condition key: ${key}`);
  }
}

/** Negated operators also hold if the request does not have the key. */
function holds(operator: string, value: string | undefined, expected: readonly string[]): boolean {
  switch (operator) {
    case 'StringNotEquals':
      return value === undefined || !expected.includes(value);
    case 'NotIpAddress':
      return value === undefined || !expected.some((range) => isInRange(value, range));
    default:
      throw new Error(`Unknown operator: ${operator}`);
  }
}

function isInRange(address: string, range: string): boolean {
  const [network = '', bits = ''] = range.split('/');
  const list = new BlockList();
  list.addSubnet(network, Number(bits), isIPv6(network) ? 'ipv6' : 'ipv4');
  return list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}
