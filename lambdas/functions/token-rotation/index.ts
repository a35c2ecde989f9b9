import type { SecretsManagerRotationEvent } from 'aws-lambda';
import { openSecrets } from '../../admin/connection-secrets';
import { openTokenProbe } from '../../admin/token-probe';
import {
  acceptToken,
  endEarlierTokens,
  makeCurrent,
  RotationError,
} from '../../admin/token-rotation';
import type { AdminAction } from '../../../directory/connections/audit';
import type { Connection } from '../../../directory/connections/connection';
import { Connections } from '../../../directory/connections/connections';
import { issueToken } from '../../../directory/connections/tokens';
import { tokenNoticeWrite } from '../../../directory/notices/notice-item';
import { ENVIRONMENT } from '../../contract';
import { logAuditRecord, logEntry, logFailure } from '../../observability/log';
import { openTable, variable } from '../../runtime/environment';
import type { Invocation } from '../../runtime/invocation';

/** Overlap for connections without a rotation setting: time for an operator to paste the token. */
const DEFAULT_OVERLAP_DAYS = 7;

const ACTION: AdminAction = { actor: 'secretsmanager.amazonaws.com', action: 'token.rotate' };

const shared = openTable();
const secrets = openSecrets();
const probe = openTokenProbe(
  variable(ENVIRONMENT.scimUrl),
  process.env[ENVIRONMENT.probedFunction],
);

/**
 * Rotates a connection's token in the four steps of Secrets Manager. Each step is idempotent and
 * may be invoked alone.
 * @see
 *   https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html
 */
export async function handler(
  event: SecretsManagerRotationEvent,
  invocation: Invocation,
): Promise<void> {
  const { SecretId: secretId, ClientRequestToken: version, Step: step } = event;
  const { awsRequestId: requestId } = invocation;
  const id = secrets.connectionOf(secretId);
  if (id === undefined) {
    throw new Error(`The secret ${secretId} does not belong to a connection of this deployment.`);
  }
  const table = shared.forRequest(Date.now() + invocation.getRemainingTimeInMillis());
  const connections = new Connections(table, logAuditRecord);
  const connection = await connections.find(id);
  if (connection === undefined) {
    throw new RotationError('noConnection', `There is no connection "${id}".`);
  }
  try {
    await STEPS[step]({ connections, connection, version });
  } catch (error) {
    logFailure(error, requestId);
    throw error;
  }
  logEntry({ level: 'INFO', message: 'rotation', connection: id, step, version, requestId });
}

interface Rotation {
  readonly connections: Connections;
  readonly connection: Connection;
  /** The version of the secret that becomes current. */
  readonly version: string;
}

type Step = (rotation: Rotation) => Promise<void>;

const STEPS: Readonly<Record<SecretsManagerRotationEvent['Step'], Step>> = {
  createSecret: async ({ connection: { id }, version }) => {
    if ((await secrets.valueOf(id, version)) !== undefined) return;
    await secrets.addPending(id, issueToken(id).value, version);
  },

  setSecret: async ({ connections, connection, version }) => {
    const { id, tokenExpiresInDays: expiresInDays } = connection;
    const value = await pendingValue(id, version);
    const candidate = { value, version, expiresInDays };
    await acceptToken(connections, id, ACTION, candidate, overlapSeconds(connection));
  },

  testSecret: async ({ connection: { id }, version }) => {
    const value = await secrets.valueOf(id, version);
    // When a schedule is set up, Secrets Manager invokes this step alone, with a version that has
    // no value. A made-up token is probed then: that it is refused shows that the endpoint can be
    // reached. Probing the current token would make it look used.
    const result = await probe(id, value ?? issueToken(id).value);
    if (result === 'unreachable') {
      throw new RotationError(result, `The SCIM endpoint of connection "${id}" does not answer.`);
    }
    if (value !== undefined && result === 'refused') {
      const problem = `The SCIM endpoint of connection "${id}" refuses the new token.`;
      throw new RotationError(result, problem);
    }
  },

  finishSecret: async ({ connections, connection, version }) => {
    const { id } = connection;
    await makeCurrent(connections, secrets, id, version);
    const overlap = overlapSeconds(connection);
    await endEarlierTokens(connections, id, ACTION, version, overlap, (token, earlierUntil) => {
      const { id: tokenId, expiresAt } = token;
      const notice = { connection: id, token: tokenId, expiresAt, earlierUntil } as const;
      return [tokenNoticeWrite({ kind: 'tokenRotated', ...notice })];
    });
  },
};

function overlapSeconds({ rotation }: Connection): number {
  return (rotation?.overlapDays ?? DEFAULT_OVERLAP_DAYS) * 86_400;
}

async function pendingValue(id: string, version: string): Promise<string> {
  const value = await secrets.valueOf(id, version);
  if (value !== undefined) return value;
  throw new Error(`Version ${version} of the secret of connection "${id}" has no value.`);
}
