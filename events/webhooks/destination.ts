import { BlockList, isIP } from 'node:net';

/*
 * Where webhooks may be sent. Operators enter the URLs, but what is behind a name can change, and
 * the functions may be in a VPC: requests must not reach private services or instance metadata.
 */

/**
 * IPv4 networks that are not public.
 * @see https://www.iana.org/assignments/iana-ipv4-special-registry/iana-ipv4-special-registry.xhtml
 */
const SPECIAL_IPV4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '192.175.48.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
];

/**
 * IPv6 networks within global unicast (2000::/3) that are not public, or that contain IPv4
 * addresses. What is outside of 2000::/3 is refused as a whole, such as IPv4-mapped addresses and
 * those of NAT64.
 * @see https://www.iana.org/assignments/iana-ipv6-special-registry/iana-ipv6-special-registry.xhtml
 */
const SPECIAL_IPV6 = ['2001::/23', '2001:db8::/32', '2002::/16', '2620:4f:8000::/48', '3fff::/20'];

const special = listOf([...SPECIAL_IPV4, ...SPECIAL_IPV6]);
const globalUnicast = listOf(['2000::/3']);
const loopback = listOf(['127.0.0.0/8', '::1/128']);

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', length = ''] = network.split('/');
    list.addSubnet(address, Number(length), familyOf(address));
  }
  return list;
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}

/**
 * Returns whether a webhook may connect to an address.
 * @param allowsLoopback whether this machine may be called, too, for development
 */
export function isAllowedAddress(address: string, allowsLoopback: boolean): boolean {
  if (isIP(address) === 0) return false;
  const family = familyOf(address);
  if (allowsLoopback && loopback.check(address, family)) return true;
  if (family === 'ipv6' && !globalUnicast.check(address, 'ipv6')) return false;
  return !special.check(address, family);
}

/** Longest URL of an endpoint, in characters. */
const URL_LENGTH = 2048;

/**
 * Checks the URL of an endpoint. What its name resolves to is checked at each connection.
 * @returns what is wrong, as the end of a sentence; undefined if the URL is allowed
 */
export function urlProblem(text: string, allowsLoopback: boolean): string | undefined {
  if (text.length > URL_LENGTH) return `must have at most ${URL_LENGTH} characters`;
  if (!URL.canParse(text)) return 'must be a URL such as https://app.example.com/webhooks';
  const url = new URL(text);
  const host = hostOf(url);
  if (url.username !== '' || url.password !== '') return 'must not contain a user or password';
  if (url.hash !== '') return 'must not have a fragment (#)';
  const isLocal = host === 'localhost' || (isIP(host) > 0 && loopback.check(host, familyOf(host)));
  if (allowsLoopback && isLocal && /^https?:$/.test(url.protocol)) return undefined;
  if (url.protocol !== 'https:') return 'must start with https://';
  if (url.port !== '') return 'must not have a port: webhooks are sent to port 443';
  if (isIP(host) > 0 && !isAllowedAddress(host, allowsLoopback)) return 'must be a public address';
  if (isIP(host) === 0 && (!host.includes('.') || /\.(?:internal|local|localhost)$/.test(host))) {
    return 'must have a public host name';
  }
  return undefined;
}

/** Returns the host of a URL, of an IPv6 address without its brackets. */
export function hostOf({ hostname }: URL): string {
  return hostname
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase();
}
