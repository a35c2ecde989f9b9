import type { SecretsManagerRotationEvent } from 'aws-lambda';
import type { AdminAction } from '../../../directory/connections/audit';
import type { Connection } from '../../../directory/connections/connection';
import { Connections } from '../../../directory/connections/connections';
import { tokenNoticeWrite } from '../../../directory/notices/notice-item';
import { issueToken } from '../../../directory/connections/tokens';
import { ENVIRONMENT } from '../../contract';
import type { Invocation } from '../../runtime/invocation';
import { logAuditRecord, logEntry, logFailure } from '../../observability/log';
import { openTable, variable } from '../../runtime/environment';
import { openSecrets } from '../../admin/connection-secrets';
import { openTokenProbe } from '../../admin/token-probe';
import {
  acceptToken,
  endEarlierTokens,
  makeCurrent,
  RotationError,
} from '../../admin/token-rotation';

const probe = openTokenProbe(
  variable(ENVIRONMENT.scimUrl),
  process.env[ENVIRONMENT.probedFunction],
);

/** How long earlier tokens work on when the connection does not say: an administrator needs the time to paste the new one. */
const DEFAULT_OVERLAP_DAYS = 7;

const ACT: AdminAction = { actor: 'secretsmanager.amazonaws.com', action: 'token.rotate' };

const shared = openTable();
const secrets = openSecrets();

/**
 * Rotates the token of a connection in the four steps of Secrets Manager, each of which may come again, or alone.
 * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html
 */
export async function handler(
  event: SecretsManagerRotationEvent,
  context: Invocation,
): Promise<void> {
  const { SecretId: secretId, ClientRequestToken: version, Step: step } = event;
  const id = secrets.connectionOf(secretId);
  if (id === undefined)
    throw new Error(`The secret ${secretId} is none of a connection of this deployment.`);
  const connections = new Connections(
    shared.forRequest(Date.now() + context.getRemainingTimeInMillis()),
    logAuditRecord,
  );
  const connection = await connections.find(id);
  if (connection === undefined)
    throw new RotationError('noConnection', `There is no connection "${id}".`);
  try {
    await STEPS[step]({ connections, connection, version });
  } catch (error) {
    logFailure(error, context.awsRequestId);
    throw error;
  }
  logEntry({
    level: 'INFO',
    message: 'rotation',
    connection: id,
    step,
    version,
    requestId: context.awsRequestId,
  });
}

interface Rotation {
  readonly connections: Connections;
  readonly connection: Connection;
  /** The version of the secret that is being made current. */
  readonly version: string;
}

const STEPS: Readonly<
  Record<SecretsManagerRotationEvent['Step'], (rotation: Rotation) => Promise<void>>
> = {
  createSecret: async ({ connection: { id }, version }) => {
    if ((await secrets.valueOf(id, version)) !== undefined) return;
    await secrets.addPending(id, issueToken(id).value, version);
  },

  setSecret: async ({ connections, connection, version }) => {
    const { id, tokenExpiresInDays: expiresInDays } = connection;
    const value = await pendingValue(id, version);
    await acceptToken(
      connections,
      id,
      ACT,
      { value, version, expiresInDays },
      overlapSeconds(connection),
    );
  },

  testSecret: async ({ connection: { id }, version }) => {
    const value = await secrets.valueOf(id, version);
    // Setting a schedule up runs this step alone, with a version that has no value: that the endpoint refuses a token which nobody has shows that it
    // can be asked. The current one would be, and would look used.
    const verdict = await probe(id, value ?? issueToken(id).value);
    if (verdict === 'unreachable')
      throw new RotationError(verdict, `The SCIM endpoint of connection "${id}" does not answer.`);
    if (value !== undefined && verdict === 'refused') {
      throw new RotationError(
        verdict,
        `The SCIM endpoint of connection "${id}" does not take the new token.`,
      );
    }
  },

  finishSecret: async ({ connections, connection, version }) => {
    const { id } = connection;
    await makeCurrent(connections, secrets, id, version);
    const overlap = overlapSeconds(connection);
    await endEarlierTokens(
      connections,
      id,
      ACT,
      version,
      overlap,
      ({ id: token, expiresAt }, earlierUntil) => [
        tokenNoticeWrite({ connection: id, kind: 'tokenRotated', token, expiresAt, earlierUntil }),
      ],
    );
  },
};

function overlapSeconds({ rotation }: Connection): number {
  return (rotation?.overlapDays ?? DEFAULT_OVERLAP_DAYS) * 86_400;
}

async function pendingValue(id: string, version: string): Promise<string> {
  const value = await secrets.valueOf(id, version);
  if (value === undefined)
    throw new Error(`Version ${version} of the secret of connection "${id}" has no value.`);
  return value;
}
