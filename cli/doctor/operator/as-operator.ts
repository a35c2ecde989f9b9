import type { Connection, ConnectionDeletion } from '../../../client';
import { ScimClientError } from '../../../client/errors';
import { inParallel } from '../../../directory/store/batches';
import type { Table } from '../../../directory/store/table';
import { listed } from '../../commands/listed';
import type { Deployment } from '../../deployment';
import { verifyTwice } from '../../verification';
import { Findings, type Finding } from '../finding';
import { checkClock, timeOf } from './clock-check';
import { connectionFacts } from './connection-facts';
import { DEPLOYMENT_DIAGNOSES, type DeploymentDiagnosis } from './diagnoses';
import { checkStack } from './stack-checks';
import type { StackFacts } from './stack-facts';
import { checkTokens } from './token-checks';
import { checkUsage } from './usage-checks';
import { checkWebhooks } from './webhook-checks';

/** Connections whose state is read in parallel. */
const WIDTH = 16;

/** The steps of an examination, as they are shown while they run. */
export type DeploymentStep = 'stack' | 'connections' | 'webhooks' | 'table';

/** Settings of an examination. */
export interface DeploymentExamination {
  readonly deployment: Deployment;
  /** Reads what AWS knows; undefined without a stack. */
  readonly readStack?: (() => Promise<StackFacts>) | undefined;
  /** The table to verify; undefined to leave it out. */
  readonly table?: Table | undefined;
  /** Receives the steps as they begin. */
  readonly onStep?: (step: DeploymentStep) => void;
}

/**
 * Examines a deployment as its operator: tokens, use and failures of all enabled connections,
 * webhooks, what AWS knows about the stack, and the items of the table. It changes nothing.
 * @throws ScimClientError, UnreachableError
 */
export async function examineDeployment(
  settings: DeploymentExamination,
): Promise<readonly Finding<DeploymentDiagnosis>[]> {
  const findings = new Findings<DeploymentDiagnosis>(DEPLOYMENT_DIAGNOSES);
  const { adminUrl } = settings.deployment;
  const now = await timeOf(adminUrl);
  // The clock of a local system is set forward on purpose.
  if (adminUrl.startsWith('https:')) checkClock(findings, now);
  try {
    await checkDeployment(findings, settings, now);
  } catch (error) {
    // With a wrong clock, every signature is refused.
    const isExplained = error instanceof ScimClientError && error.status === 403;
    if (!isExplained || findings.all.length === 0) throw error;
  }
  return findings.all;
}

async function checkDeployment(
  findings: Findings<DeploymentDiagnosis>,
  { deployment: { admin }, readStack, table, onStep = () => undefined }: DeploymentExamination,
  now: number,
): Promise<void> {
  if (readStack !== undefined) onStep('stack');
  const stack = await readStack?.();
  onStep('connections');
  const connections = await listed(admin.connections());
  const facts = await inParallel(connections.filter(isEnabled), WIDTH, (connection) =>
    connectionFacts(admin, connection, now),
  );
  for (const each of facts) {
    checkTokens(findings, each, now);
    checkUsage(findings, each, now);
  }
  onStep('webhooks');
  const webhooks = await admin.webhooks();
  await checkWebhooks(findings, admin, webhooks, now);
  if (stack !== undefined) checkStack(findings, stack, { connections, webhooks }, now);
  if (table === undefined) return;
  onStep('table');
  const { findings: inconsistencies } = await verifyTwice(table);
  const [first] = inconsistencies;
  if (first === undefined) return;
  const count = inconsistencies.length === 1 ? '' : `${inconsistencies.length}, the first: `;
  findings.add('tableRules', `${count}${first.subject} ${first.problem}.`);
}

function isEnabled(connection: Connection | ConnectionDeletion): connection is Connection {
  return connection.enabled;
}
