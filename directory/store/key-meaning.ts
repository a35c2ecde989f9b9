import type { MemberType, ResourceTypeName } from '../../scim/schema/resource-type';
import type { Key } from './item';
import { decodeType } from './key-texts';
import { idIn } from './resource-ids';

/** The kind of an item, read from its key. */
export type KeyMeaning =
  | {
      readonly kind:
        | 'connection'
        | 'intent'
        | 'batch'
        | 'pageMark'
        | 'audit'
        | 'endedToken'
        | 'notice'
        | 'log'
        | 'change'
        | 'rate'
        | 'event'
        | 'answer'
        | 'conflict'
        | 'portalLink'
        | 'portalSession'
        | 'setup'
        | 'usage'
        | 'schemas'
        | 'conversion'
        | 'request';
    }
  | { readonly kind: 'resource'; readonly type: ResourceTypeName; readonly id: string }
  | { readonly kind: 'membership'; readonly groupId: string; readonly memberId: string }
  | { readonly kind: 'groupList'; readonly type: MemberType; readonly memberId: string }
  | { readonly kind: 'value' | 'deletedUserValue' | 'deletedUser' | 'unknown' }
  | { readonly kind: 'candidate' | 'candidateValue' }
  | { readonly kind: 'count'; readonly type: ResourceTypeName }
  | { readonly kind: DeploymentKind };

/** Kinds of items that belong to no connection. */
export const DEPLOYMENT_KINDS = [
  'deploymentNotice',
  'deploymentAudit',
  'backfill',
  'eventLog',
  'connectionEvent',
  'webhook',
  'stream',
  'console',
  'issuerKeys',
  'tokenFailure',
  'deploymentTypes',
] as const;
type DeploymentKind = (typeof DEPLOYMENT_KINDS)[number];

/**
 * Reads a key that was built here.
 * @returns the connection's id, empty if the item belongs to none, and the kind of the item
 */
export function readKey({ pk, sk }: Key): {
  readonly connection: string;
  readonly meaning: KeyMeaning;
} {
  const [first, connection = '', second, third, ...more] = pk.split('#');
  if (first !== 'c') return { connection: '', meaning: { kind: deploymentKind(pk) } };
  return { connection, meaning: meaningOf(second, third, more.length > 0, sk) };
}

function deploymentKind(pk: string): DeploymentKind | 'unknown' {
  const [first, second] = pk.split('#');
  return first === 'deployment'
    ? (DEPLOYMENT_PARTITIONS.get(second ?? '') ?? 'unknown')
    : 'unknown';
}

const DEPLOYMENT_PARTITIONS = new Map<string, DeploymentKind>([
  ['notice', 'deploymentNotice'],
  ['audit', 'deploymentAudit'],
  ['backfill', 'backfill'],
  ['eventLog', 'eventLog'],
  ['event', 'connectionEvent'],
  ['webhook', 'webhook'],
  ['stream', 'stream'],
  ['console', 'console'],
  ['issuerKeys', 'issuerKeys'],
  ['tokenFailure', 'tokenFailure'],
  ['resourceTypes', 'deploymentTypes'],
]);

function meaningOf(
  second: string | undefined,
  third: string | undefined,
  hasMore: boolean,
  sk: string,
): KeyMeaning {
  switch (second) {
    case undefined:
      return { kind: sk === 'connection' ? 'connection' : 'unknown' };
    case 'groupList':
      return {
        kind: 'groupList',
        type: third === 'Group' ? 'Group' : 'User',
        memberId: idIn({ sk }),
      };
    case 'DeletedUser':
      return { kind: third === undefined ? 'deletedUser' : 'deletedUserValue' };
    case 'candidate':
      return { kind: third === undefined ? 'candidate' : 'candidateValue' };
    case 'count':
      return countMeaning(decodeType(third ?? ''));
    case 'intent':
      return { kind: sk === 'intent' ? 'intent' : 'batch' };
    case 'page':
      return { kind: 'pageMark' };
    case 'audit':
    case 'endedToken':
    case 'notice':
    case 'log':
    case 'change':
    case 'rate':
    case 'event':
    case 'answer':
    case 'conflict':
    case 'portalLink':
    case 'portalSession':
    case 'setup':
    case 'usage':
    case 'schemas':
    case 'conversion':
    case 'request':
      return { kind: second };
    default:
      return resourceMeaning(decodeType(second), third, hasMore, sk);
  }
}

function countMeaning(type: ResourceTypeName | undefined): KeyMeaning {
  return type === undefined ? { kind: 'unknown' } : { kind: 'count', type };
}

/** Reads the key of a resource, of its values, or of a group's memberships. */
function resourceMeaning(
  type: ResourceTypeName | undefined,
  third: string | undefined,
  hasMore: boolean,
  sk: string,
): KeyMeaning {
  if (type === undefined) return { kind: 'unknown' };
  if (third === undefined) return { kind: 'resource', type, id: idIn({ sk }) };
  if (hasMore) return { kind: 'value' };
  if (type !== 'Group') return { kind: 'unknown' };
  return { kind: 'membership', groupId: third, memberId: idIn({ sk }) };
}
