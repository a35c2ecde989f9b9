import { reasonOf, UnreachableError } from '../../errors';
import type { Findings } from '../finding';
import type { DeploymentDiagnosis } from './diagnoses';

/** AWS refuses signatures that are off by more than this. */
const REFUSED_MS = 300_000;

/** Differences up to this are left alone; the time of an answer is accurate to the second. */
const TOLERANCE_MS = 60_000;

const TIMEOUT_MS = 10_000;

/**
 * Returns the time of the service, from the date of an answer: any will do, also a refusal.
 * @returns milliseconds since 1970
 * @throws UnreachableError
 */
export async function timeOf(adminUrl: string): Promise<number> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const answer = await fetch(adminUrl, { signal }).catch((error: unknown) => {
    throw new UnreachableError(`${adminUrl} does not answer: ${reasonOf(error)}`);
  });
  await answer.body?.cancel();
  const time = Date.parse(answer.headers.get('date') ?? '');
  return Number.isNaN(time) ? Date.now() : time;
}

/**
 * Compares the clock of this machine with that of the service.
 * @param now the time of the service, in milliseconds since 1970
 * @returns whether AWS refuses all signatures of this machine
 */
export function checkClock(
  findings: Findings<DeploymentDiagnosis>,
  now: number,
  here = Date.now(),
): boolean {
  const seconds = Math.round((here - now) / 1000);
  if (Math.abs(here - now) <= TOLERANCE_MS) return false;
  const direction = seconds > 0 ? 'ahead of' : 'behind';
  findings.add('clock', `It is ${Math.abs(seconds)} seconds ${direction} AWS.`);
  return Math.abs(here - now) > REFUSED_MS;
}
