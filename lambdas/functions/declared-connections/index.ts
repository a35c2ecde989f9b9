import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import type { Connection } from '../../../directory/connections/connection';
import { Connections } from '../../../directory/connections/connections';
import { isObject, parseJson, type JsonObject } from '../../../scim/json';
import {
  changeConnection,
  createConnection,
  deleteConnection,
  setSchedule,
} from '../../admin/connections';
import { Problem } from '../../admin/problem';
import { CREATE_CONNECTION, readSettings, SETTING_NAMES } from '../../admin/requests';
import type { ConnectionServices } from '../../admin/services';
import { issueConnectionToken } from '../../admin/tokens';
import { ENVIRONMENT } from '../../contract';
import { openTable, variable } from '../../runtime/environment';
import type { Invocation } from '../../runtime/invocation';
import { logAuditRecord, logFailure } from '../../observability/log';
import { openSecrets } from '../../admin/connection-secrets';
import { openTokenProbe } from '../../admin/token-probe';

/** Milliseconds that are kept for telling CloudFormation. */
const ANSWER_MS = 10_000;

const shared = openTable();
const secrets = openSecrets();
const rotationFunction = variable(ENVIRONMENT.rotationFunction);
const probe = openTokenProbe(
  variable(ENVIRONMENT.scimUrl),
  process.env[ENVIRONMENT.probedFunction],
);

/**
 * Makes the connections that a stack declares, and changes and deletes them with it. Each event may come again: what it asks for is done once. The token
 * is in the connection's secret and nowhere in the answer.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html
 */
export async function handler(
  event: CloudFormationCustomResourceEvent,
  context: Invocation,
): Promise<void> {
  let reason: string | undefined;
  try {
    const { id, settings } = declared(event.ResourceProperties);
    const table = shared.forRequest(Date.now() + context.getRemainingTimeInMillis() - ANSWER_MS);
    const connections = new Connections(table, logAuditRecord);
    const services = { table, connections, secrets, rotationFunction, probe, actor: event.StackId };
    const declaredBy = `${event.StackId}/${event.LogicalResourceId}`;
    if (event.RequestType === 'Delete')
      await remove(services, event.PhysicalResourceId, declaredBy);
    else await provide(services, id, settings, declaredBy);
  } catch (error) {
    logFailure(error, context.awsRequestId);
    reason =
      error instanceof Problem
        ? error.message
        : `The log of the function that declares connections says why, at the request ${context.awsRequestId}.`;
  }
  await tell(event, reason);
}

/** Has a connection be as it is declared. @throws Problem for settings that are wrong, and for an id that is somebody else's */
async function provide(
  services: ConnectionServices,
  id: string,
  settings: JsonObject,
  declaredBy: string,
): Promise<void> {
  const found = await services.connections.find(id);
  if (found === undefined) {
    await createConnection(
      services,
      readSettings(CREATE_CONNECTION, { ...settings, id }),
      declaredBy,
    );
    return;
  }
  if (found.declaredBy !== declaredBy) {
    throw new Problem(
      409,
      `There is a connection "${id}" already that this resource has not declared: give this one another id, or delete that one first (DELETE /connections/${id}).`,
    );
  }
  await complete(services, await changeConnection(services, id, replacing(settings)));
}

/** A merge patch after which the settings are these and nothing of those before: what is declared no more goes back to its default. */
function replacing(settings: JsonObject): JsonObject {
  const unset = Object.fromEntries(SETTING_NAMES.map((name) => [name, null]));
  const { rotation } = settings;
  return {
    ...unset,
    ...settings,
    ...(isObject(rotation) ? { rotation: { overlapDays: null, ...rotation } } : {}),
  };
}

/** Does what has been left undone when the function died that made the connection: its secret, and the secret's schedule. */
async function complete(services: ConnectionServices, connection: Connection): Promise<void> {
  const { id, rotation } = connection;
  const days = await services.secrets.rotationDays(id);
  // The value of the first token is known to nobody.
  if (days === undefined) await issueConnectionToken(services, id, {});
  if (rotation !== undefined && rotation.everyDays !== days)
    await setSchedule(services, connection, rotation);
}

/** Deletes a connection, if it is the one that the resource has declared. */
async function remove(services: ConnectionServices, id: string, declaredBy: string): Promise<void> {
  const found = await services.connections.find(id);
  if (found?.declaredBy === declaredBy) await deleteConnection(services, id);
}

/** The resource's properties (`DeclaredProperties`). @throws Error for those of another version of the construct */
function declared({ Id: id, Settings: text }: Readonly<Record<string, unknown>>): {
  readonly id: string;
  readonly settings: JsonObject;
} {
  const settings = typeof text === 'string' ? parseJson(text) : undefined;
  if (typeof id !== 'string' || !isObject(settings))
    throw new Error('The properties are those of no connection.');
  return { id, settings };
}

/** Tells CloudFormation how it went. @param reason why it did not go well */
async function tell(
  event: CloudFormationCustomResourceEvent,
  reason: string | undefined,
): Promise<void> {
  const { StackId, RequestId, LogicalResourceId } = event;
  const answer = {
    Status: reason === undefined ? 'SUCCESS' : 'FAILED',
    Reason: reason,
    // Another id is another resource: CloudFormation then asks for the deletion of the one before.
    PhysicalResourceId:
      event.RequestType === 'Delete'
        ? event.PhysicalResourceId
        : String(event.ResourceProperties['Id']),
    StackId,
    RequestId,
    LogicalResourceId,
  };
  // The URL is signed for no type of content.
  const response = await fetch(event.ResponseURL, {
    method: 'PUT',
    headers: { 'Content-Type': '' },
    body: Buffer.from(JSON.stringify(answer)),
  });
  if (!response.ok)
    throw new Error(`CloudFormation did not take the answer: ${String(response.status)}`);
}
