import { randomBytes, randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type * as z from 'zod/mini';
import { forgetRequests } from '../../directory/connections/rate-limit';
import type {
  Connection,
  DeletedConnection,
  FailureMail,
  RateLimit,
  Rotation,
} from '../../directory/connections/connection';
import { countOf } from '../../directory/resources/counts';
import { issueToken, type IssuedToken, type StoredToken } from '../../directory/connections/tokens';
import { profileOf } from '../../idp/profiles/registry';
import type { Json } from '../../scim/json';
import { makeCurrent, RotationError } from './token-rotation';
import { noConnection, Problem } from '../json-api/problem';
import { isSecretsManagerError } from '../runtime/secrets-manager';
import { mergeSettings, type CREATE_CONNECTION } from './requests';
import type { ConnectionServices } from './services';

/** A connection with the token just issued for it, whose value is shown this once. */
export interface IssuedConnection {
  readonly connection: Connection;
  readonly token: IssuedToken;
}

/** An upper bound for how long the id of an emptied connection stays taken, in seconds. */
const ID_HELD_SECONDS = 120;

/**
 * Creates a connection with its first token.
 * @param declaredBy the stack resource that declares it; undefined for an operator's connection
 * @throws Problem 409 if the id is taken
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
    rateLimit: __,
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
    customTypes: [],
    deploymentTypes: [],
    mapping: [],
    roleRules: [],
    membershipsConverted: true,
    cursorKey: randomBytes(32).toString('base64url'),
  };
  if (!(await connections.add(connection, { actor, action: 'connection.create' })))
    throw await taken(services, id);
  try {
    if (connection.secret) await createSecret(services, id, token.value, secretVersion);
    if (rotation !== undefined) await setSchedule(services, connection, rotation);
  } catch (error) {
    // Only this caller knows a token that is not in a secret, so the connection is removed again.
    if (connection.secret) await secrets.delete(id);
    await connections.withdraw(connection);
    throw error;
  }
  return { connection, token };
}

/**
 * Creates the connection's secret. If one exists, left over or created by a concurrent rotation, it
 * gets the value as a new version.
 */
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
    return new Problem(409, `The connection "${id}" exists already.`, errors);
  return new Problem(
    409,
    `The connection "${id}" was deleted at ${deleted.deletedAt}, and its data is still being ` +
      'removed. The id can be used again a minute or two after all data is gone.',
    errors,
    { 'Retry-After': String(ID_HELD_SECONDS) },
  );
}

/**
 * Changes a connection's settings.
 * @param patch a merge patch (RFC 7396)
 * @throws Problem 400 naming each wrong field, 404, 409 if existing groups prevent another profile
 */
export async function changeConnection(
  services: ConnectionServices,
  id: string,
  patch: Json,
): Promise<Connection> {
  const { connections, actor } = services;
  const before = await connections.find(id);
  if (before === undefined) throw noConnection(id);
  // The schedule comes first: if Secrets Manager refuses it, nothing was changed.
  const { rotation } = mergeSettings(before, patch);
  if (!isDeepStrictEqual(rotation, before.rotation)) await setSchedule(services, before, rotation);
  const changed = await connections.change(
    id,
    { actor, action: 'connection.update' },
    async (connection) => {
      const settings = mergeSettings(connection, patch);
      await checkProfile(services, connection, settings.identityProvider);
      return { ...required(connection), ...required(settings), ...optionalSettings(settings) };
    },
  );
  if (changed === undefined) throw noConnection(id);
  if (!isDeepStrictEqual(changed.rateLimit, before.rateLimit))
    await forgetRequests(services.table, id);
  // A concurrent change has set another schedule.
  if (!isDeepStrictEqual(rotation, changed.rotation))
    await setSchedule(services, changed, changed.rotation);
  return changed;
}

/**
 * Sets the rotation schedule in Secrets Manager.
 * @throws Problem 409 during a rotation, or if the secret was deleted
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
    if (isSecretsManagerError(error, 'ResourceNotFoundException')) {
      throw new Problem(
        409,
        `The connection's secret is missing. POST /connections/${id}/tokens creates it again.`,
        errors,
      );
    }
    if (!isSecretsManagerError(error, 'InvalidRequestException')) throw error;
    throw new Problem(
      409,
      `Secrets Manager cannot change the schedule now: ${error.message}`,
      errors,
    );
  }
}

/** Returns whether the main token ends before the first scheduled rotation would replace it. */
function endsBefore(tokens: readonly StoredToken[], days: number): boolean {
  const main = tokens.findLast(
    ({ scopes, replaced }) => scopes === undefined && replaced === undefined,
  );
  return main === undefined || Date.parse(main.expiresAt) < Date.now() + days * 86_400_000;
}

/**
 * Group names are unique with every profile except `rfc`. Unique and other names have different
 * keys, so a profile cannot be changed while there are groups.
 */
async function checkProfile(
  { table }: ConnectionServices,
  { id, identityProvider }: Connection,
  next: string,
): Promise<void> {
  if (profileOf(identityProvider).uniqueGroupNames === profileOf(next).uniqueGroupNames) return;
  const groups = await countOf(table, id, 'Group');
  if (groups === 0) return;
  const count = groups === 1 ? '1 group' : `${groups} groups`;
  const detail =
    `The connection has ${count}. Group names are unique except with "rfc", so delete the groups ` +
    `before you change the profile from "${identityProvider}" to "${next}".`;
  throw new Problem(409, detail, [
    { pointer: '/identityProvider', detail: 'cannot be changed while there are groups' },
  ]);
}

/**
 * Deletes a connection. It stops answering at once; its data is removed in the background.
 * @throws Problem 404
 */
export async function deleteConnection(
  services: ConnectionServices,
  id: string,
): Promise<DeletedConnection> {
  const { connections, secrets, actor } = services;
  const connection = await connections.find(id);
  // The secret comes first, so that a deletion that fails halfway can be repeated.
  if (connection?.secret === true) await secrets.delete(id);
  const deleted = await connections.delete(id, { actor, action: 'connection.delete' });
  if (deleted === undefined || deleted.isEmptied) throw noConnection(id);
  return deleted;
}

interface OptionalSettings {
  readonly actsAs?: string | undefined;
  readonly failureMail?: FailureMail | undefined;
  readonly rotation?: Rotation | undefined;
  readonly rateLimit?: RateLimit | undefined;
}

/** Returns the settings without the optional ones, which a change can remove. */
function required<T extends OptionalSettings>(settings: T): Omit<T, keyof OptionalSettings> {
  const { actsAs: _, failureMail: __, rotation: ___, rateLimit: ____, ...rest } = settings;
  return rest;
}

/** Returns the optional settings that are set. */
function optionalSettings({
  actsAs,
  failureMail,
  rotation,
  rateLimit,
}: OptionalSettings): Pick<Connection, keyof OptionalSettings> {
  return {
    ...(actsAs === undefined ? {} : { actsAs }),
    ...(failureMail === undefined ? {} : { failureMail }),
    ...(rotation === undefined ? {} : { rotation }),
    ...(rateLimit === undefined ? {} : { rateLimit }),
  };
}
