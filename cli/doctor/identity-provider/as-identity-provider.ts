import type { IdentityProvider } from '../../../idp/profiles/registry';
import { checkConnection } from './connection-checks';
import { checkDiscovery } from './discovery-checks';
import type { ServerDiagnosis } from './diagnoses';
import { Examination } from './examination';
import type { Finding } from '../finding';
import { FORMS } from './forms';
import { checkGroups } from './group-checks';
import { checkPaging } from './paging-checks';
import { EndedError, NoAnswerError, Target } from './target';
import { checkUser, createUser } from './user-checks';

/** The share of an identity provider's timeout from which an answer is reported as slow. */
const SLOW_SHARE = 0.5;

/** The steps of an examination, as they are shown while they run. */
export type Step = 'connection' | 'discovery' | 'users' | 'groups' | 'paging' | 'cleaning up';

/** Settings of an examination. */
export interface ExaminationSettings {
  /** The base URL, before `/Users`. */
  readonly url: string;
  readonly token: string;
  readonly as: IdentityProvider;
  /** Whether to examine groups. */
  readonly groups: boolean;
  /** The time from which an answer is slow. @default - half of the provider's timeout */
  readonly slowMs?: number;
  /** Ends the examination; what was created is still deleted. */
  readonly signal?: AbortSignal;
  /** Receives the steps as they begin. */
  readonly onStep?: (step: Step) => void;
}

/**
 * Examines a SCIM server as an identity provider: it creates temporary users and a group in the
 * provider's own forms, and deletes them also if a step fails.
 */
export async function examine(
  settings: ExaminationSettings,
): Promise<readonly Finding<ServerDiagnosis>[]> {
  const { url, token, as, groups, onStep = () => undefined } = settings;
  const forms = FORMS[as];
  const target = new Target(url.replace(/\/$/, ''), token, forms.headers, forms.timeoutMs);
  const exam = new Examination(target, forms, settings.signal);
  try {
    onStep('connection');
    if (!(await checkConnection(exam))) return exam.findings.all;
    onStep('discovery');
    await checkDiscovery(exam);
    onStep('users');
    const user = await createUser(exam);
    if (user === undefined) return exam.findings.all;
    await checkUser(exam, user);
    if (groups) {
      onStep('groups');
      await checkGroups(exam);
    }
    onStep('paging');
    await checkPaging(exam);
  } catch (error) {
    if (error instanceof NoAnswerError) exam.findings.add('noAnswer', error.message);
    else if (!(error instanceof EndedError)) throw error;
  } finally {
    onStep('cleaning up');
    await exam.cleanUp();
  }
  checkTimes(exam, settings.slowMs ?? target.timeoutMs * SLOW_SHARE);
  return exam.findings.all;
}

function checkTimes({ target, findings }: Examination, most: number): void {
  for (const { request, milliseconds } of target.replies) {
    if (milliseconds < most) continue;
    findings.add('slow', `${request} took ${milliseconds} ms.`);
    return;
  }
}
