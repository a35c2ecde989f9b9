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
import { checkSecrets } from './oauth-checks';
import { checkStack } from './stack-checks';
import type { StackFacts } from './stack-facts';
import { checkTokens } from './token-checks';
import type { Unchecked } from './unchecked';
import { checkUsage } from './usage-checks';
import { checkWebhooks } from './webhook-checks';

/** Connections whose state is read in parallel. */
const CONCURRENT_READS = 16;

/** The steps of an examination, as they are shown while they run. */
export type DeploymentStep = 'connections' | 'webhooks' | 'stack' | 'table';

/** Settings of an examination. */
export interface DeploymentExamination {
  readonly deployment: Deployment;
  /**
   * Reads what AWS knows; undefined without a stack.
   * @param prefix the deployment's name, as far as the admin API tells it
   */
  readonly readStack?: ((prefix: string | undefined) => Promise<StackFacts>) | undefined;
  /** Does a task with the table; undefined to leave it out. */
  readonly withTable?: ((task: (table: Table) => Promise<void>) => Promise<void>) | undefined;
  readonly unchecked: Unchecked;
  /** Receives the steps as they begin. */
  readonly onStep?: (step: DeploymentStep) => void;
}

/**
 * Examines a deployment as its operator: tokens, use and failures of all enabled connections,
 * webhooks, what AWS knows about the stack, and the items of the table. It changes nothing.
 * @throws ScimClientError, UnreachableError if the admin API cannot be used at all
 */
export async function examineDeployment(
  settings: DeploymentExamination,
): Promise<readonly Finding<DeploymentDiagnosis>[]> {
  const findings = new Findings<DeploymentDiagnosis>(DEPLOYMENT_DIAGNOSES);
  const { deployment, unchecked, withTable, onStep = () => undefined } = settings;
  const { adminUrl, admin } = deployment;
  const now = await timeOf(adminUrl);
  // The clock of a local system is set forward on purpose.
  const isRefused = adminUrl.startsWith('https:') && checkClock(findings, now);
  onStep('connections');
  let connections: readonly (Connection | ConnectionDeletion)[];
  try {
    connections = await listed(admin.connections());
  } catch (error) {
    const isExplained = isRefused && error instanceof ScimClientError && error.status === 403;
    if (!isExplained) throw error;
    unchecked.note('everything else', 'AWS refuses the signatures of this machine');
    return findings.all;
  }
  const facts = await inParallel(connections.filter(isEnabled), CONCURRENT_READS, (connection) =>
    unchecked.unlessFailed(`the connection ${connection.id}`, () =>
      connectionFacts(admin, connection, now),
    ),
  );
  for (const each of facts) {
    if (each === undefined) continue;
    checkTokens(findings, each, now);
    checkSecrets(findings, each, now);
    checkUsage(findings, each, now);
  }
  onStep('webhooks');
  await unchecked.unlessFailed('webhooks', () => checkWebhooks(findings, admin, now));
  await checkAws(findings, settings, connections, now);
  await unchecked.unlessFailed('the table', async () => {
    await withTable?.((table) => {
      onStep('table');
      return checkTable(findings, table);
    });
  });
  return findings.all;
}

async function checkAws(
  findings: Findings<DeploymentDiagnosis>,
  { deployment: { admin }, readStack, unchecked, onStep }: DeploymentExamination,
  connections: readonly (Connection | ConnectionDeletion)[],
  now: number,
): Promise<void> {
  if (readStack === undefined) return;
  onStep?.('stack');
  await unchecked.unlessFailed('AWS', async () => {
    const stack = await readStack(prefixOf(connections));
    await checkStack(findings, stack, { connections, webhooks: await admin.webhooks() }, now);
  });
}

/** Returns the name of the deployment, with which the names of all its secrets begin. */
function prefixOf(connections: readonly (Connection | ConnectionDeletion)[]): string | undefined {
  const [name] = connections.flatMap((each) => ('deletion' in each ? [] : (each.secretName ?? [])));
  return name?.slice(0, name.lastIndexOf('/'));
}

async function checkTable(findings: Findings<DeploymentDiagnosis>, table: Table): Promise<void> {
  const { findings: inconsistencies } = await verifyTwice(table);
  const [first] = inconsistencies;
  if (first === undefined) return;
  const count = inconsistencies.length === 1 ? '' : `${inconsistencies.length}, the first: `;
  findings.add('tableRules', `${count}${first.subject} ${first.problem}.`);
}

function isEnabled(connection: Connection | ConnectionDeletion): connection is Connection {
  return connection.enabled;
}
