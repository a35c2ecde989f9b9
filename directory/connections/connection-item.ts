import { asText } from '../../scim/json';
import type { Schema } from '../../scim/schema/attribute';
import type { Connection, DeletedConnection, FailureMail, Rotation } from './connection';
import { numberOf, textOf, type Item, type ItemValue } from '../store/item';
import { CONNECTIONS, connectionKey, readKey } from '../store/keys';
import type { UsagePattern } from './usage-pattern';
import { TOKEN_SCOPES, type StoredToken } from './tokens';
import { newVersion } from '../store/version';
import type { Write } from '../store/write';

/** Name of the item's attribute that holds the usage pattern. */
export const USAGE_PATTERN = 'rhythm';

/** A connection as an item, with a version of its own. */
export function connectionToItem(connection: Connection): Item {
  const { id, tokens, failureMail, rotation, usagePattern, schemas, ...settings } = connection;
  return {
    ...connectionKey(id),
    gsi1pk: CONNECTIONS,
    gsi1sk: id,
    version: newVersion(),
    ...settings,
    tokens: tokens.map(tokenItem),
    // When tokens were used is written beside them, without a new version: see `lastUseOf`.
    ...Object.fromEntries(
      tokens.flatMap(({ id: token, lastUsedAt: at }) => (at ? [[lastUseOf(token), at]] : [])),
    ),
    // As text, like the attributes of a resource.
    schemas: JSON.stringify(schemas),
    ...(failureMail === undefined ? {} : { failureMail: { ...failureMail } }),
    ...(rotation === undefined ? {} : { rotation: { ...rotation } }),
    ...(usagePattern === undefined ? {} : { [USAGE_PATTERN]: usagePatternToItem(usagePattern) }),
  };
}

/**
 * The write that makes a connection's item another one, if it still has its version. When tokens were used is left alone: that may be written at any
 * time.
 * @param before the item as it was read
 */
export function connectionWrite(after: Connection, before: Item): Write {
  const { pk, sk, ...attributes } = connectionToItem(after);
  const set = Object.fromEntries(Object.entries(attributes).filter(([name]) => !isKeptApart(name)));
  const used = new Set(after.tokens.map(({ id }) => lastUseOf(id)));
  const remove = Object.keys(before).filter(
    (name) =>
      name !== 'pk' &&
      name !== 'sk' &&
      !KEPT_APART.has(name) &&
      !Object.hasOwn(set, name) &&
      !used.has(name),
  );
  return {
    update: { pk, sk },
    set,
    remove,
    condition: { is: 'version', version: textOf(before, 'version') },
  };
}

const LAST_USE = 'lastUsed_';

/** Attributes that are written beside the connection's version, at any time: what shows that failures have ended (`digest.ts`), and how often it is used. */
const KEPT_APART = new Set<string>(['failing', USAGE_PATTERN]);

function isKeptApart(attribute: string): boolean {
  return attribute.startsWith(LAST_USE) || KEPT_APART.has(attribute);
}

/** Name of the attribute of a connection's item that says when a token was used. */
export function lastUseOf(token: string): string {
  return `${LAST_USE}${token}`;
}

/** How often a connection is used, as its item keeps it. */
export function usagePatternToItem({ unusual, ...pattern }: UsagePattern): ItemValue {
  return unusual === undefined ? pattern : { ...pattern, unusual: { ...unusual } };
}

/** What is stored of a token; its value, where it is known yet, is not. */
function tokenItem({
  id,
  digest,
  createdAt,
  expiresAt,
  scopes,
  secretVersion,
  pending,
  replaced,
}: StoredToken): ItemValue {
  return {
    id,
    digest,
    createdAt,
    expiresAt,
    ...(scopes === undefined ? {} : { scopes }),
    ...(secretVersion === undefined ? {} : { secretVersion }),
    ...(pending === undefined ? {} : { pending }),
    ...(replaced === undefined ? {} : { replaced }),
  };
}

/** @returns undefined for what is left of a deleted connection */
export function connectionFromItem(item: Item): Connection | undefined {
  if (item['deletedAt'] !== undefined) return undefined;
  const failureMail = toFailureMail(item['failureMail']);
  const rotation = toRotation(item['rotation']);
  const usagePattern = usagePatternFrom(item[USAGE_PATTERN]);
  return {
    id: readKey(item).connection,
    displayName: textOf(item, 'displayName'),
    identityProvider: textOf(item, 'identityProvider'),
    enabled: item['enabled'] === true,
    userDeletion: item['userDeletion'] === 'erase' ? 'erase' : 'retain',
    groups: item['groups'] !== false,
    ...(failureMail === undefined ? {} : { failureMail }),
    tokenExpiresInDays: numberOf(item, 'tokenExpiresInDays'),
    secret: item['secret'] !== false,
    ...(rotation === undefined ? {} : { rotation }),
    ...(item['declaredBy'] === undefined ? {} : { declaredBy: textOf(item, 'declaredBy') }),
    createdAt: textOf(item, 'createdAt'),
    tokens: toTokens(item),
    ...(Array.isArray(item['endedTokens']) ? { endedTokens: item['endedTokens'].map(String) } : {}),
    ...(item['failing'] === 'request' || item['failing'] === 'change'
      ? { failing: item['failing'] }
      : {}),
    ...(usagePattern === undefined ? {} : { usagePattern }),
    schemas: toSchemas(textOf(item, 'schemas')),
    cursorKey: textOf(item, 'cursorKey'),
  };
}

/** What stays in place of a connection's item while its data is removed: nothing that could be used. */
export function deletedConnectionToItem(
  { id, displayName }: Connection,
  resources: number,
  purge: string,
): Item {
  const deletedAt = new Date().toISOString();
  return {
    ...connectionKey(id),
    gsi1pk: CONNECTIONS,
    gsi1sk: id,
    version: newVersion(),
    displayName,
    deletedAt,
    // The intent that removes the data, and no other one.
    pending: purge,
    resources,
    removed: 0,
  };
}

/** @returns undefined for a connection that is not deleted */
export function deletedConnectionFromItem(item: Item): DeletedConnection | undefined {
  if (item['deletedAt'] === undefined) return undefined;
  const resources = numberOf(item, 'resources');
  return {
    id: readKey(item).connection,
    displayName: textOf(item, 'displayName'),
    deletedAt: textOf(item, 'deletedAt'),
    resources,
    // What is done twice, because an answer was lost, is counted twice.
    removed: Math.min(resources, numberOf(item, 'removed')),
    isEmptied: item['emptied'] === true,
  };
}

/** What `parseExtensionSchema` accepted when it was stored. */
function toSchemas(text: string): readonly Schema[] {
  return text === '[]' ? [] : (JSON.parse(text) as readonly Schema[]);
}

function toFailureMail(value: ItemValue | undefined): FailureMail | undefined {
  if (!isRecord(value)) return undefined;
  const { recipients } = value;
  return {
    recipients: Array.isArray(recipients) ? recipients.map(String) : [],
  };
}

function toRotation(value: ItemValue | undefined): Rotation | undefined {
  if (!isRecord(value)) return undefined;
  return { everyDays: Number(value['everyDays']), overlapDays: Number(value['overlapDays']) };
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

function toTokens(item: Item): readonly StoredToken[] {
  const value = item['tokens'];
  const list: readonly ItemValue[] = Array.isArray(value) ? value : [];
  return list.filter(isRecord).map((token) => {
    const id = asText(token['id']);
    const { scopes, secretVersion, pending, replaced } = token;
    const lastUsedAt = item[lastUseOf(id)];
    return {
      id,
      digest: asText(token['digest']),
      createdAt: asText(token['createdAt']),
      expiresAt: asText(token['expiresAt']),
      ...(Array.isArray(scopes)
        ? { scopes: TOKEN_SCOPES.filter((scope) => scopes.includes(scope)) }
        : {}),
      ...(typeof secretVersion === 'string' ? { secretVersion } : {}),
      ...(pending === true ? { pending } : {}),
      ...(replaced === true ? { replaced } : {}),
      ...(typeof lastUsedAt === 'string' ? { lastUsedAt } : {}),
    };
  });
}

function isRecord(value: ItemValue | undefined): value is Readonly<Record<string, ItemValue>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
