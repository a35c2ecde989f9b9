import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits before an attempt is repeated: longer each time, and for a random part of it, so that competing requests do not march in step.
 * @param attempt how many attempts have failed, counted from 1
 */
export async function backOff(attempt: number): Promise<void> {
  await sleep(Math.random() * Math.min(400, 10 * 2 ** attempt));
}
