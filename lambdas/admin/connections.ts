import {
  InvalidRequestException,
  ResourceNotFoundException,
} from '@aws-sdk/client-secrets-manager';
import { randomBytes, randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import type {
  Connection,
  DeletedConnection,
  FailureMail,
  Rotation,
} from '../../directory/connections/connection';
import { countOf } from '../../directory/resources/counts';
import { issueToken, type IssuedToken, type StoredToken } from '../../directory/connections/tokens';
import { profileOf } from '../../idp/profiles/registry';
import type { Json } from '../../scim/json';
import { makeCurrent, RotationError } from './token-rotation';
import { noConnection, Problem } from './problem';
import { mergeSettings, type CREATE_CONNECTION } from './requests';
import type { ConnectionServices } from './services';

/** A connection and the token that was just issued for it; its value is known now and never again. */
export interface IssuedConnection {
  readonly connection: Connection;
  readonly token: IssuedToken;
}

/** Seconds after which the id of a deleted connection that is empty is free again, at most. */
const ID_HELD_SECONDS = 120;

/**
 * Creates a connection with its first token.
 * @param declaredBy what declares it, when no administrator does
 * @throws Problem 409 when the id is taken
 */
export async function createConnection(
  services: ConnectionServices,
  settings: z.output<typeof CREATE_CONNECTION>,
  declaredBy?: string,
): Promise<IssuedConnection> {
  const { connections, secrets, actor } = services;
  const {
    id = `c-${randomBytes(8).toString('hex')}`,
    failureMail: _,
    rotation,
    ...rest
  } = settings;
  const secretVersion = randomUUID();
  const token = { ...issueToken(id, settings.tokenExpiresInDays), secretVersion };
  const connection: Connection = {
    id,
    ...rest,
    ...optionalSettings(settings),
    enabled: true,
    ...(declaredBy === undefined ? {} : { declaredBy }),
    createdAt: token.createdAt,
    tokens: [token],
    schemas: [],
    cursorKey: randomBytes(32).toString('base64url'),
  };
  if (!(await connections.add(connection, { actor, action: 'connection.create' })))
    throw await taken(services, id);
  try {
    if (connection.secret) await createSecret(services, id, token.value, secretVersion);
    if (rotation !== undefined) await setSchedule(services, connection, rotation);
  } catch (error) {
    // Without its secret the token would be lost to everybody but this caller: the connection is taken back.
    if (connection.secret) await secrets.delete(id);
    await connections.withdraw(connection);
    throw error;
  }
  return { connection, token };
}

/** Creates the connection's secret; one that was left, or that another administrator's rotation has made by now, gets the value in its turn. */
async function createSecret(
  { connections, secrets }: ConnectionServices,
  id: string,
  value: string,
  version: string,
): Promise<void> {
  if (await secrets.create(id, value, version)) return;
  await secrets.addPending(id, value, version);
  try {
    await makeCurrent(connections, secrets, id, version);
  } catch (error) {
    if (!(error instanceof RotationError) || error.reason !== 'superseded') throw error;
    await secrets.dropPending(id, version);
  }
}

async function taken({ connections }: ConnectionServices, id: string): Promise<Problem> {
  const deleted = await connections.findDeleted(id);
  const errors = [{ pointer: '/id', detail: 'is taken' }];
  if (deleted === undefined)
    return new Problem(409, `There is a connection "${id}" already.`, errors);
  return new Problem(
    409,
    `The connection "${id}" was deleted at ${deleted.deletedAt} and what it had is still being removed; its id is free a minute or two after nothing of it is left.`,
    errors,
    { 'Retry-After': String(ID_HELD_SECONDS) },
  );
}

/**
 * Changes a connection's settings.
 * @param patch a merge patch (RFC 7396)
 * @throws Problem 400 that names each wrong field, 404, 409 for a profile that the groups which there are forbid
 */
export async function changeConnection(
  services: ConnectionServices,
  id: string,
  patch: Json,
): Promise<Connection> {
  const { connections, actor } = services;
  const before = await connections.find(id);
  if (before === undefined) throw noConnection(id);
  // The schedule first: when Secrets Manager refuses it nothing has changed.
  const { rotation } = mergeSettings(before, patch);
  if (!isDeepStrictEqual(rotation, before.rotation)) await setSchedule(services, before, rotation);
  const changed = await connections.change(
    id,
    { actor, action: 'connection.update' },
    async (connection) => {
      const settings = mergeSettings(connection, patch);
      await checkProfile(services, connection, settings.identityProvider);
      const { failureMail: _, rotation: __, ...kept } = connection;
      const { failureMail: ___, rotation: ____, ...merged } = settings;
      return { ...kept, ...merged, ...optionalSettings(settings) };
    },
  );
  if (changed === undefined) throw noConnection(id);
  // Another administrator came first.
  if (!isDeepStrictEqual(rotation, changed.rotation))
    await setSchedule(services, changed, changed.rotation);
  return changed;
}

/**
 * Makes the schedule in Secrets Manager what a connection is to say.
 * @throws Problem 409 while a rotation is under way, or when somebody has deleted the secret
 */
export async function setSchedule(
  { secrets, rotationFunction }: ConnectionServices,
  { id, secret, tokens }: Connection,
  rotation: Rotation | undefined,
): Promise<void> {
  if (!secret) return;
  try {
    if (rotation === undefined) await secrets.rotateNoMore(id);
    else
      await secrets.rotateEvery(
        id,
        rotation.everyDays,
        rotationFunction,
        endsBefore(tokens, rotation.everyDays),
      );
  } catch (error) {
    const errors = [{ pointer: '/rotation', detail: 'cannot be changed now' }];
    if (error instanceof ResourceNotFoundException) {
      throw new Problem(
        409,
        `The secret of the connection is gone: POST /connections/${id}/tokens makes it anew.`,
        errors,
      );
    }
    if (!(error instanceof InvalidRequestException)) throw error;
    throw new Problem(
      409,
      `Secrets Manager does not change the schedule now: ${error.message}`,
      errors,
    );
  }
}

/** Whether the main token ends before so many days are over: it cannot wait for its turn then. */
function endsBefore(tokens: readonly StoredToken[], days: number): boolean {
  const main = tokens.findLast(
    ({ scopes, replaced }) => scopes === undefined && replaced === undefined,
  );
  return main === undefined || Date.parse(main.expiresAt) < Date.now() + days * 86_400_000;
}

/** Group names are unique with every profile but `rfc`, and the table knows them in one way or the other. */
async function checkProfile(
  { table }: ConnectionServices,
  { id, identityProvider }: Connection,
  next: string,
): Promise<void> {
  if (profileOf(identityProvider).uniqueGroupNames === profileOf(next).uniqueGroupNames) return;
  const groups = await countOf(table, id, 'Group');
  if (groups === 0) return;
  const detail = `The connection has ${groups === 1 ? 'a group' : `${groups} groups`}, whose names are unique except with "rfc": delete what there is, with groups switched on, before it changes from "${identityProvider}" to "${next}".`;
  throw new Problem(409, detail, [
    { pointer: '/identityProvider', detail: 'cannot be changed while there are groups' },
  ]);
}

/**
 * Deletes a connection. It answers no more from the next request on; its data goes in the background.
 * @throws Problem 404
 */
export async function deleteConnection(
  services: ConnectionServices,
  id: string,
): Promise<DeletedConnection> {
  const { connections, secrets, actor } = services;
  const connection = await connections.find(id);
  // The secret first: whoever repeats a deletion that failed half-way still finds the connection, and nothing is forgotten.
  if (connection?.secret === true) await secrets.delete(id);
  const deleted = await connections.delete(id, { actor, action: 'connection.delete' });
  if (deleted === undefined || deleted.isEmptied) throw noConnection(id);
  return deleted;
}

/** The settings that need not be there, without those that are not. */
function optionalSettings({
  failureMail,
  rotation,
}: {
  readonly failureMail?: FailureMail | undefined;
  readonly rotation?: Rotation | undefined;
}): Pick<Connection, 'failureMail' | 'rotation'> {
  return {
    ...(failureMail === undefined ? {} : { failureMail }),
    ...(rotation === undefined ? {} : { rotation }),
  };
}
