import type { AuditRecord } from '../../directory/connections/audit';
import type { Connection, DeletedConnection } from '../../directory/connections/connection';
import { withBurst } from '../../directory/connections/rate-limit';
import type { IssuedToken } from '../../directory/connections/tokens';
import { unadoptedToken } from '../../directory/notices/token-expiry';
import type { StoredResource } from '../../scim/resource/resource';
import type { Services } from './services';

/* The JSON of the admin API. It contains no secrets, except for a token's value at its issue. */

/** Describes a connection, or one whose data is being removed. */
export function describeConnection(
  { secrets, scimBaseUrl }: Services,
  connection: Connection | DeletedConnection,
): object {
  if ('deletedAt' in connection) {
    const { id, displayName, deletedAt, resources, removed } = connection;
    return {
      id,
      displayName,
      enabled: false,
      deletion: { startedAt: deletedAt, resources, removed },
    };
  }
  const {
    id,
    displayName,
    identityProvider,
    enabled,
    userDeletion,
    groups,
    tokenExpiresInDays,
    secret,
  } = connection;
  const { actsAs, failureMail, rotation, rateLimit, declaredBy, createdAt, schemas } = connection;
  const { adoption, verifiedDomains } = connection;
  return {
    id,
    displayName,
    ...(actsAs === undefined ? {} : { actsAs }),
    identityProvider,
    enabled,
    userDeletion,
    groups,
    ...(failureMail === undefined ? {} : { failureMail }),
    tokenExpiresInDays,
    secret,
    ...(rotation === undefined ? {} : { rotation }),
    ...(rateLimit === undefined ? {} : { rateLimit: withBurst(rateLimit) }),
    adoption,
    ...(verifiedDomains.length === 0 ? {} : { verifiedDomains }),
    ...(declaredBy === undefined ? {} : { declaredBy }),
    ...unadopted(connection),
    createdAt,
    schemas: schemas.map(({ id: urn }) => urn),
    ...(secret ? { secretName: secrets.nameOf(id) } : {}),
    scimBaseUrl: scimBaseUrl(id),
  };
}

/** Shows that the identity provider goes on using a token that ends. */
function unadopted({ tokens }: Connection): object {
  const found = unadoptedToken(tokens);
  if (found === undefined) return {};
  const { id, createdAt, earlier, earlierUntil } = found;
  return { unusedToken: { id, createdAt, usedInstead: earlier, endsAt: earlierUntil } };
}

/** Describes a token that was just issued, with its value. */
export function describeToken({ id, value, createdAt, expiresAt, scopes }: IssuedToken): object {
  return { id, value, createdAt, expiresAt, ...(scopes === undefined ? {} : { scopes }) };
}

/** Describes a retained user, without the attributes that nobody needs to recognize it. */
export function describeDeletedUser({ id, lastModified, attributes }: StoredResource): object {
  const { externalId, userName, displayName } = attributes;
  return { id, externalId, userName, displayName, deletedAt: lastModified };
}

/** Describes an administrative action. */
export function describeAuditRecord({ id, at, actor, action, before, after }: AuditRecord): object {
  return { id, at, actor, action, before, after };
}
