import { asText } from '../../scim/json';
import type { Schema } from '../../scim/schema/attribute';
import { numberOf, textOf, type Item, type ItemValue } from '../store/item';
import { readKey } from '../store/key-meaning';
import { connectionSort } from './connection-index';
import { CONNECTIONS, connectionKey } from '../store/keys';
import { newVersion } from '../store/version';
import type { Write } from '../store/write';
import type {
  Connection,
  ConnectionSchemas,
  DeletedConnection,
  FailureMail,
  RateLimit,
  Rotation,
} from './connection';
import { ADOPTION_POLICIES } from '../candidates';
import type { MappingRow, RoleRule } from './mapping';
import { oauthFromItem, oauthToItem } from './oauth/oauth-item';
import {
  credentialsOf,
  isLastUse,
  isRecord,
  lastUseOf,
  tokensFromItem,
  tokenToItem,
} from './token-item';
import type { UsagePattern } from './usage-pattern';

/** A connection as its item has it. `connection-schemas.ts` reads its schemas. */
export interface StoredConnection extends Omit<Connection, keyof ConnectionSchemas> {
  /** The schemas, if a release before 0.3.0 wrote the item. */
  readonly schemasInItem: readonly Schema[];
}

/** Name of the attribute that holds the usage pattern. */
export const USAGE_PATTERN = 'rhythm';

/** Returns a connection as an item with a new version. Its schemas are another item. */
export function connectionToItem(connection: Connection): Item {
  const { id, tokens, failureMail, rotation, rateLimit, usagePattern, ...others } = connection;
  const { mapping, roleRules, oauth, schemas: _, customTypes: __, ...more } = others;
  const { schemasVersion, deploymentTypes: ___, ...settings } = more;
  return {
    ...connectionKey(id),
    gsi1pk: CONNECTIONS,
    gsi1sk: connectionSort(id, others.displayName),
    version: newVersion(),
    ...settings,
    tokens: tokens.map(tokenToItem),
    ...(oauth === undefined ? {} : { oauth: oauthToItem(oauth) }),
    // Stored outside of the credentials, because it is updated without a new version.
    ...Object.fromEntries(
      credentialsOf(connection).flatMap(({ id: credential, lastUsedAt: at }) =>
        at === undefined ? [] : [[lastUseOf(credential), at]],
      ),
    ),
    ...(schemasVersion === undefined ? {} : { schemasVersion }),
    // JSON text, like the attributes of a resource.
    ...(mapping.length === 0 ? {} : { mapping: JSON.stringify(mapping) }),
    ...(roleRules.length === 0 ? {} : { roleRules: JSON.stringify(roleRules) }),
    ...(failureMail === undefined ? {} : { failureMail: { ...failureMail } }),
    ...(rotation === undefined ? {} : { rotation: { ...rotation } }),
    ...(rateLimit === undefined ? {} : { rateLimit: { ...rateLimit } }),
    ...(usagePattern === undefined ? {} : { [USAGE_PATTERN]: usagePatternToItem(usagePattern) }),
  };
}

/**
 * Creates the write that changes a connection if its item still has its version. Attributes that do
 * not belong to the version keep their values, because they may be updated at any time.
 * @param before the item as it was read
 */
export function connectionWrite(after: Connection, before: Item): Write {
  const { pk, sk, ...attributes } = connectionToItem(after);
  const set = Object.fromEntries(
    Object.entries(attributes).filter(([name]) => !isUnversioned(name)),
  );
  const lastUses = new Set(credentialsOf(after).map(({ id }) => lastUseOf(id)));
  const remove = Object.keys(before).filter(
    (name) =>
      name !== 'pk' &&
      name !== 'sk' &&
      !UNVERSIONED.has(name) &&
      !Object.hasOwn(set, name) &&
      !lastUses.has(name),
  );
  return {
    update: { pk, sk },
    set,
    remove,
    condition: { is: 'version', version: textOf(before, 'version') },
  };
}

/**
 * Attributes updated without a new version: the state of failures (`notices/`), the usage pattern,
 * until when the connection is set up (`sessions/`), the progress of `completion/`, the version of
 * `memberships/cached-groups.ts`, and whether there were imports.
 */
const UNVERSIONED = new Set<string>([
  'failing',
  USAGE_PATTERN,
  'setupUntil',
  'membershipsConverted',
  'conversionFailed',
  'groupsVersion',
  'hasImports',
]);

function isUnversioned(attribute: string): boolean {
  return isLastUse(attribute) || UNVERSIONED.has(attribute);
}

/** Returns a usage pattern as an attribute of the connection's item. */
export function usagePatternToItem({ unusual, ...pattern }: UsagePattern): ItemValue {
  return unusual === undefined ? pattern : { ...pattern, unusual: { ...unusual } };
}

/** Reads a connection's item. @returns undefined if the connection is deleted */
export function connectionFromItem(item: Item): StoredConnection | undefined {
  if (item['deletedAt'] !== undefined) return undefined;
  const failureMail = failureMailFrom(item['failureMail']);
  const rotation = rotationFrom(item['rotation']);
  const rateLimit = rateLimitFrom(item['rateLimit']);
  const usagePattern = usagePatternFrom(item[USAGE_PATTERN]);
  const oauth = oauthFromItem(item);
  return {
    id: readKey(item).connection,
    displayName: textOf(item, 'displayName'),
    ...(item['actsAs'] === undefined ? {} : { actsAs: textOf(item, 'actsAs') }),
    identityProvider: textOf(item, 'identityProvider'),
    enabled: item['enabled'] === true,
    userDeletion: item['userDeletion'] === 'erase' ? 'erase' : 'retain',
    groups: item['groups'] !== false,
    ...(failureMail === undefined ? {} : { failureMail }),
    tokenExpiresInDays: numberOf(item, 'tokenExpiresInDays'),
    secret: item['secret'] !== false,
    ...(rotation === undefined ? {} : { rotation }),
    ...(rateLimit === undefined ? {} : { rateLimit }),
    ...(item['declaredBy'] === undefined ? {} : { declaredBy: textOf(item, 'declaredBy') }),
    createdAt: textOf(item, 'createdAt'),
    tokens: tokensFromItem(item),
    ...(oauth === undefined ? {} : { oauth }),
    ...(Array.isArray(item['endedTokens']) ? { endedTokens: item['endedTokens'].map(String) } : {}),
    ...(item['failing'] === 'request' || item['failing'] === 'change'
      ? { failing: item['failing'] }
      : {}),
    ...(usagePattern === undefined ? {} : { usagePattern }),
    ...(item['setupUntil'] === undefined ? {} : { setupUntil: textOf(item, 'setupUntil') }),
    schemasInItem: schemasFrom(item),
    ...(item['schemasVersion'] === undefined
      ? {}
      : { schemasVersion: textOf(item, 'schemasVersion') }),
    mapping: listFrom(item['mapping']) as readonly MappingRow[],
    roleRules: listFrom(item['roleRules']) as readonly RoleRule[],
    adoption: ADOPTION_POLICIES.find((policy) => policy === item['adoption']) ?? 'off',
    verifiedDomains: Array.isArray(item['verifiedDomains'])
      ? item['verifiedDomains'].map(String)
      : [],
    membershipsConverted: item['membershipsConverted'] === true,
    ...(item['hasImports'] === true ? { hasImports: true } : {}),
    ...(item['groupsVersion'] === undefined
      ? {}
      : { groupsVersion: textOf(item, 'groupsVersion') }),
    cursorKey: textOf(item, 'cursorKey'),
  };
}

/**
 * Returns the item that replaces a connection's while its data is purged. It contains no tokens.
 * @param resources number of the connection's resources
 * @param purge id of the intent
 */
export function deletedConnectionToItem(
  { id, displayName }: Connection,
  resources: number,
  purge: string,
): Item {
  const deletedAt = new Date().toISOString();
  return {
    ...connectionKey(id),
    gsi1pk: CONNECTIONS,
    gsi1sk: connectionSort(id, displayName),
    version: newVersion(),
    displayName,
    deletedAt,
    // Only this intent removes the data.
    pending: purge,
    resources,
    removed: 0,
  };
}

/** Reads a deleted connection's item. @returns undefined if the connection is not deleted */
export function deletedConnectionFromItem(item: Item): DeletedConnection | undefined {
  if (item['deletedAt'] === undefined) return undefined;
  const resources = numberOf(item, 'resources');
  return {
    id: readKey(item).connection,
    displayName: textOf(item, 'displayName'),
    deletedAt: textOf(item, 'deletedAt'),
    resources,
    // A removal that is repeated after a lost response is counted twice.
    removed: Math.min(resources, numberOf(item, 'removed')),
    isEmptied: item['emptied'] === true,
  };
}

/** Reads the schemas in an item: in that of the schemas, or in an earlier one of a connection. */
export function schemasFrom({ schemas }: Item): readonly Schema[] {
  return listFrom(schemas) as readonly Schema[];
}

/** Reads a list in JSON text, whose elements were validated before they were stored. */
function listFrom(text: ItemValue | undefined): readonly unknown[] {
  const list: unknown = typeof text !== 'string' || text === '[]' ? [] : JSON.parse(text);
  return Array.isArray(list) ? list : [];
}

function failureMailFrom(value: ItemValue | undefined): FailureMail | undefined {
  if (!isRecord(value)) return undefined;
  const { recipients } = value;
  return { recipients: Array.isArray(recipients) ? recipients.map(String) : [] };
}

function rotationFrom(value: ItemValue | undefined): Rotation | undefined {
  if (!isRecord(value)) return undefined;
  return { everyDays: Number(value['everyDays']), overlapDays: Number(value['overlapDays']) };
}

function rateLimitFrom(value: ItemValue | undefined): RateLimit | undefined {
  if (!isRecord(value)) return undefined;
  const { requestsPerSecond, burst } = value;
  return {
    requestsPerSecond: Number(requestsPerSecond),
    ...(burst === undefined ? {} : { burst: Number(burst) }),
  };
}

function usagePatternFrom(value: ItemValue | undefined): UsagePattern | undefined {
  if (!isRecord(value)) return undefined;
  const { since, lastUse, longest, unusual } = value;
  const weeks = isRecord(longest) ? Object.entries(longest) : [];
  return {
    since: asText(since),
    lastUse: asText(lastUse),
    longest: Object.fromEntries(weeks.map(([week, pause]) => [week, Number(pause)])),
    ...(isRecord(unusual)
      ? {
          unusual: {
            count: Number(unusual['count']),
            since: asText(unusual['since']),
            longest: Number(unusual['longest']),
          },
        }
      : {}),
  };
}
