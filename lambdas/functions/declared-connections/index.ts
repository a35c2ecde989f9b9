import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '../../../directory/connections/connection';
import { Connections } from '../../../directory/connections/connections';
import { isObject, type JsonObject } from '../../../scim/json';
import {
  changeConnection,
  createConnection,
  deleteConnection,
  setSchedule,
} from '../../admin/connections';
import { Problem } from '../../json-api/problem';
import { CREATE_CONNECTION, SETTING_NAMES } from '../../admin/requests';
import { TRUST } from '../../admin/oauth/oauth-requests';
import { endTrust, setTrust } from '../../admin/oauth/trust';
import { declareTypes, withdrawTypes } from '../../admin/resource-types/declared-types';
import { declareStreams } from '../../admin/streams/declared-streams';
import { readSettings } from '../../json-api/read-body';
import type { ConnectionServices } from '../../admin/services';
import { issueConnectionToken } from '../../admin/tokens';
import { ENVIRONMENT } from '../../contract';
import { openTable, variable } from '../../runtime/environment';
import type { Invocation } from '../../runtime/invocation';
import { logAuditRecord, logFailure } from '../../observability/log';
import { openSecrets } from '../../admin/connection-secrets';
import { openTokenProbe } from '../../admin/token-probe';
import { physicalId, readDeclaration, type Declaration } from './declaration';

/** Time reserved for the answer to CloudFormation. */
const ANSWER_MS = 10_000;

/** How long calls may be denied after a deployment, and the pause between attempts. */
const DENIED_MS = 60_000;
const PAUSE_MS = 3000;

const shared = openTable();
const secrets = openSecrets();
const rotationFunction = variable(ENVIRONMENT.rotationFunction);
const probe = openTokenProbe(
  variable(ENVIRONMENT.scimUrl),
  process.env[ENVIRONMENT.probedFunction],
);

/**
 * Creates, changes and deletes the connections, resource types and streams that a stack declares.
 * Events are idempotent: each may be delivered more than once. The token is in the connection's
 * secret and nowhere in the answer.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html
 */
export async function handler(
  event: CloudFormationCustomResourceEvent,
  invocation: Invocation,
): Promise<void> {
  let reason: string | undefined;
  try {
    const declaration = readDeclaration(event.ResourceProperties);
    const deadline = Date.now() + invocation.getRemainingTimeInMillis() - ANSWER_MS;
    const table = shared.forRequest(deadline);
    const connections = new Connections(table, logAuditRecord);
    const services = { table, connections, secrets, rotationFunction, probe, actor: event.StackId };
    await oncePermitted(deadline, () => apply(services, event, declaration));
  } catch (error) {
    logFailure(error, invocation.awsRequestId);
    reason =
      error instanceof Problem
        ? error.message
        : `The log of the function has the reason, at request ${invocation.awsRequestId}.`;
  }
  await sendResult(event, reason);
}

/** Makes the service provider what a resource declares. */
async function apply(
  services: ConnectionServices,
  event: CloudFormationCustomResourceEvent,
  declaration: Declaration,
): Promise<void> {
  const isDeletion = event.RequestType === 'Delete';
  if (declaration.kind === 'resourceTypes') {
    await (isDeletion ? withdrawTypes(services) : declareTypes(services, declaration.definitions));
    return;
  }
  if (declaration.kind === 'streams') {
    await declareStreams(services, event.StackId, isDeletion ? [] : declaration.definitions);
    return;
  }
  const declaredBy = `${event.StackId}/${event.LogicalResourceId}`;
  if (isDeletion) {
    await remove(services, event.PhysicalResourceId, declaredBy);
    return;
  }
  const { id, settings, trust } = declaration;
  await createOrChange(services, id, settings, declaredBy);
  await applyTrust(services, id, trust);
}

/**
 * Does work that can be repeated, and repeats it while calls are denied: the permissions of a role
 * that CloudFormation has just created may take a minute to take effect.
 * @param deadline in milliseconds since the epoch
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
 */
async function oncePermitted(deadline: number, work: () => Promise<void>): Promise<void> {
  const until = Math.min(deadline, Date.now() + DENIED_MS);
  for (;;) {
    try {
      await work();
      return;
    } catch (error) {
      const isDenied = error instanceof Error && DENIED.has(error.name);
      if (!isDenied || Date.now() + PAUSE_MS > until) throw error;
      await sleep(PAUSE_MS);
    }
  }
}

/** Names of errors of DynamoDB, Secrets Manager, Lambda and KMS for a missing permission. */
const DENIED: ReadonlySet<string> = new Set(['AccessDeniedException', 'AccessDenied']);

/**
 * Creates a connection as declared, or changes it to match.
 * @throws Problem for invalid settings, or an id that is taken by another connection
 */
async function createOrChange(
  services: ConnectionServices,
  id: string,
  settings: JsonObject,
  declaredBy: string,
): Promise<void> {
  const found = await services.connections.find(id);
  if (found === undefined) {
    const created = readSettings(CREATE_CONNECTION, { ...settings, id });
    await createConnection(services, created, declaredBy);
    return;
  }
  const isTaken = found.declaredBy !== declaredBy;
  if (isTaken && !isOfAnotherStack(found.declaredBy, declaredBy)) {
    throw new Problem(
      409,
      `The connection "${id}" exists already and was not declared by this resource. Choose ` +
        `another id, or delete that connection first (DELETE /connections/${id}).`,
    );
  }
  if (isTaken) await takeOver(services, id, declaredBy);
  await completeCreation(
    services,
    await changeConnection(services, id, replacementPatch(settings)),
    isTaken ? TAKEN_OVERLAP_SECONDS : 0,
  );
}

/** How long earlier tokens stay valid if a connection that is taken over has no secret here. */
const TAKEN_OVERLAP_SECONDS = 7 * 86_400;

/**
 * Returns whether a connection was declared by another stack than this one. A table that outlives
 * its stack, in a restore, a fail-over or a rename, has such connections.
 */
function isOfAnotherStack(other: string | undefined, declaredBy: string): boolean {
  const stackOf = (resource: string): string => resource.slice(0, resource.lastIndexOf('/'));
  return other !== undefined && stackOf(other) !== stackOf(declaredBy);
}

/** Makes this resource the one that declares a connection. */
async function takeOver(
  { connections, actor }: ConnectionServices,
  id: string,
  declaredBy: string,
): Promise<void> {
  await connections.change(id, { actor, action: 'connection.update' }, (connection) =>
    Promise.resolve({ ...connection, declaredBy }),
  );
}

/** Returns a merge patch that replaces all settings; those no longer declared get their default. */
function replacementPatch(settings: JsonObject): JsonObject {
  const unset = Object.fromEntries(SETTING_NAMES.map((name) => [name, null]));
  const { rotation, rateLimit } = settings;
  return {
    ...unset,
    ...settings,
    ...(isObject(rotation) ? { rotation: { overlapDays: null, ...rotation } } : {}),
    ...(isObject(rateLimit) ? { rateLimit: { burst: null, ...rateLimit } } : {}),
  };
}

/**
 * Completes an interrupted creation: the connection's secret and its rotation schedule.
 * @param overlapSeconds how long earlier tokens stay valid if the secret is missing
 */
async function completeCreation(
  services: ConnectionServices,
  connection: Connection,
  overlapSeconds: number,
): Promise<void> {
  const { id, rotation } = connection;
  const days = await services.secrets.rotationDays(id);
  // The value of the first token was lost with the interrupted invocation.
  if (days === undefined) await issueConnectionToken(services, id, { overlapSeconds });
  if (rotation !== undefined && rotation.everyDays !== days) {
    await setSchedule(services, connection, rotation);
  }
}

/**
 * Sets the declared trust, or ends one that was declared before, also by another stack. One that an
 * operator has set stays.
 */
async function applyTrust(
  services: ConnectionServices,
  id: string,
  trust: JsonObject | undefined,
): Promise<void> {
  if (trust !== undefined) {
    const settings = readSettings(TRUST, trust);
    await setTrust(services, id, settings, { allowsLoopback: false, declared: true });
    return;
  }
  const connection = await services.connections.find(id);
  if (connection?.oauth?.trust?.declared === true) await endTrust(services, id);
}

/** Deletes a connection that this resource has declared. */
async function remove(services: ConnectionServices, id: string, declaredBy: string): Promise<void> {
  const found = await services.connections.find(id);
  if (found?.declaredBy === declaredBy) await deleteConnection(services, id);
}

/** Sends the result to CloudFormation. @param reason why the event failed */
async function sendResult(
  event: CloudFormationCustomResourceEvent,
  reason: string | undefined,
): Promise<void> {
  const { StackId, RequestId, LogicalResourceId } = event;
  const result = {
    Status: reason === undefined ? 'SUCCESS' : 'FAILED',
    Reason: reason,
    // Another id is another resource; CloudFormation then deletes the previous one.
    PhysicalResourceId:
      event.RequestType === 'Delete'
        ? event.PhysicalResourceId
        : physicalId(event.ResourceProperties),
    StackId,
    RequestId,
    LogicalResourceId,
  };
  // The URL is signed without a content type.
  const response = await fetch(event.ResponseURL, {
    method: 'PUT',
    headers: { 'Content-Type': '' },
    body: Buffer.from(JSON.stringify(result)),
  });
  if (!response.ok)
    throw new Error(`CloudFormation did not accept the result: ${String(response.status)}`);
}
