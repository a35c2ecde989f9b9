import { randomBytes, randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import type { Connection, DeletedConnection, FailureMail, Rotation } from '../../directory/connection';
import { countOf } from '../../directory/counts';
import { issueToken, type IssuedToken } from '../../directory/tokens';
import { profileOf } from '../../idp/profiles';
import type { Json } from '../../scim/json';
import { noConnection, Problem } from './problem';
import { mergeSettings, type CREATE_CONNECTION } from './requests';
import type { Services } from './services';

/** A connection and the token that was just issued for it; its value is known now and never again. */
export interface IssuedConnection {
  readonly connection: Connection;
  readonly token: IssuedToken;
}

/** Seconds after which the id of a deleted connection that is empty is free again, at most. */
const ID_HELD_SECONDS = 120;

/**
 * Creates a connection with its first token.
 * @throws Problem 409 when the id is taken
 */
export async function createConnection(
  services: Services,
  settings: z.output<typeof CREATE_CONNECTION>,
): Promise<IssuedConnection> {
  const { connections, secrets, actor } = services;
  const { id = `c-${randomBytes(8).toString('hex')}`, failureMail: _, rotation, ...rest } = settings;
  const secretVersion = randomUUID();
  const token = { ...issueToken(id, settings.tokenExpiresInDays), secretVersion };
  const connection: Connection = {
    id,
    ...rest,
    ...optionalSettings(settings),
    enabled: true,
    createdAt: token.createdAt,
    tokens: [token],
    schemas: [],
    cursorKey: randomBytes(32).toString('base64url'),
  };
  if (!(await connections.add(connection, { actor, action: 'connection.create' }))) throw await taken(services, id);
  try {
    if (connection.secret) await secrets.create(id, token.value, secretVersion);
    if (rotation !== undefined) await secrets.rotateEvery(id, rotation.everyDays, services.rotationFunction);
  } catch (error) {
    // Without its secret the token would be lost to everybody but this caller: the connection is taken back.
    await connections.withdraw(id);
    throw error;
  }
  return { connection, token };
}

async function taken({ connections }: Services, id: string): Promise<Problem> {
  const deleted = await connections.findDeleted(id);
  const errors = [{ pointer: '/id', detail: 'is taken' }];
  if (deleted === undefined) return new Problem(409, `There is a connection "${id}" already.`, errors);
  return new Problem(
    409,
    `The connection "${id}" was deleted at ${deleted.deletedAt} and what it had is still being removed; its id is free when nothing of it is left, after one minute at the earliest.`,
    errors,
    { 'Retry-After': String(ID_HELD_SECONDS) },
  );
}

/**
 * Changes a connection's settings.
 * @param patch a merge patch (RFC 7396)
 * @throws Problem 400 that names each wrong field, 404, 409 for a profile that the groups which there are forbid
 */
export async function changeConnection(services: Services, id: string, patch: Json): Promise<Connection> {
  const { connections, actor } = services;
  const changed = await connections.change(id, { actor, action: 'connection.update' }, async (connection) => {
    const settings = mergeSettings(connection, patch);
    await checkProfile(services, connection, settings.identityProvider);
    const { failureMail: _, rotation: __, ...kept } = connection;
    const { failureMail: ___, rotation: ____, ...merged } = settings;
    return { ...kept, ...merged, ...optionalSettings(settings) };
  });
  if (changed === undefined) throw noConnection(id);
  return followRotation(services, changed);
}

/** Group names are unique with every profile but `rfc`, and the table knows them in one way or the other. */
async function checkProfile({ table }: Services, { id, identityProvider }: Connection, next: string): Promise<void> {
  if (profileOf(identityProvider).uniqueGroupNames === profileOf(next).uniqueGroupNames) return;
  const groups = await countOf(table, id, 'Group');
  if (groups === 0) return;
  const detail = `The connection has ${groups} groups, whose names are unique except with "rfc": delete them before it changes from "${identityProvider}" to "${next}".`;
  throw new Problem(409, detail, [
    { pointer: '/identityProvider', detail: 'cannot be changed while there are groups' },
  ]);
}

/** Makes the schedule in Secrets Manager what the connection says, also when another administrator changes it at the same time. */
async function followRotation(services: Services, connection: Connection): Promise<Connection> {
  const { connections, secrets, rotationFunction } = services;
  const { id, rotation, secret } = connection;
  if (!secret) return connection;
  if (rotation === undefined) await secrets.rotateNoMore(id);
  else await secrets.rotateEvery(id, rotation.everyDays, rotationFunction);
  const now = await connections.find(id);
  if (now === undefined) throw noConnection(id);
  return isDeepStrictEqual(now.rotation, rotation) ? now : followRotation(services, now);
}

/**
 * Deletes a connection. It answers no more from the next request on; its data goes in the background.
 * @throws Problem 404
 */
export async function deleteConnection(services: Services, id: string): Promise<DeletedConnection> {
  const { connections, secrets, actor } = services;
  const connection = await connections.find(id);
  // The secret first: whoever repeats a deletion that failed half-way still finds the connection, and nothing is forgotten.
  if (connection?.secret === true) await secrets.delete(id);
  const deleted = await connections.delete(id, { actor, action: 'connection.delete' });
  if (deleted === undefined || deleted.isEmptied) throw noConnection(id);
  return deleted;
}

interface OptionalSettings {
  readonly failureMail?:
    { readonly recipients: readonly string[]; readonly windowSeconds?: number | undefined } | undefined;
  readonly rotation?: Rotation | undefined;
}

/** The settings that need not be there, without those that are not. */
function optionalSettings({ failureMail, rotation }: OptionalSettings): Pick<Connection, 'failureMail' | 'rotation'> {
  return {
    ...(failureMail === undefined ? {} : { failureMail: toFailureMail(failureMail) }),
    ...(rotation === undefined ? {} : { rotation }),
  };
}

function toFailureMail({ recipients, windowSeconds }: NonNullable<OptionalSettings['failureMail']>): FailureMail {
  return { recipients, ...(windowSeconds === undefined ? {} : { windowSeconds }) };
}
