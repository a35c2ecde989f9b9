import type { ScimAdminClient } from '../../../client';
import { plain } from '../../output/output';
import { relativeTime } from '../../output/time';
import type { Findings } from '../finding';
import type { DeploymentDiagnosis } from './diagnoses';

/** Failures are retried after seconds; what goes on for longer is a finding. */
const RETRIED_MS = 60_000;

/** Checks the webhooks of a deployment. @param now milliseconds since 1970 */
export async function checkWebhooks(
  findings: Findings<DeploymentDiagnosis>,
  admin: ScimAdminClient,
  now: number,
): Promise<void> {
  for (const { id, url, enabled, disabledReason } of await admin.webhooks()) {
    const webhook = `${id} (${plain(url)})`;
    if (!enabled) {
      // Operators know what they have disabled.
      if (disabledReason === 'operator') continue;
      const reason = disabledReason === 'gone' ? 'answered 410' : 'failed for five days';
      findings.add('webhookDisabled', `${webhook} ${reason}.`);
      continue;
    }
    const { failingSince, lastSuccessAt } = await admin.webhook(id);
    if (failingSince === undefined || now - Date.parse(failingSince) < RETRIED_MS) continue;
    const success =
      lastSuccessAt === undefined
        ? 'It has never accepted an event'
        : `It last accepted an event ${relativeTime(lastSuccessAt, now)}`;
    const since = relativeTime(failingSince, now);
    findings.add('webhookFailing', `${webhook} began to fail ${since}. ${success}.`);
  }
}
