import type { AuditRecord } from '../../directory/connections/audit';
import type { Connection, DeletedConnection } from '../../directory/connections/connection';
import type { IssuedToken } from '../../directory/connections/tokens';
import type { Services } from './services';

/** What the admin API answers: nothing of it could be used, but for the value of a token at its issue. */

/** A connection, or what is left of one. */
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
  const { failureMail, rotation, declaredBy, createdAt, schemas } = connection;
  return {
    id,
    displayName,
    identityProvider,
    enabled,
    userDeletion,
    groups,
    ...(failureMail === undefined ? {} : { failureMail }),
    tokenExpiresInDays,
    secret,
    ...(rotation === undefined ? {} : { rotation }),
    ...(declaredBy === undefined ? {} : { declaredBy }),
    createdAt,
    schemas: schemas.map(({ id: urn }) => urn),
    ...(secret ? { secretName: secrets.nameOf(id) } : {}),
    scimBaseUrl: scimBaseUrl(id),
  };
}

/** A token that was just issued, with its value. */
export function describeToken({ id, value, createdAt, expiresAt, scopes }: IssuedToken): object {
  return { id, value, createdAt, expiresAt, ...(scopes === undefined ? {} : { scopes }) };
}

/** An administrative act. */
export function describeAuditRecord({ id, at, actor, action, before, after }: AuditRecord): object {
  return { id, at, actor, action, before, after };
}
