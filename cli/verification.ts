import { setTimeout as sleep } from 'node:timers/promises';
import type { Table } from '../directory/store/table';
import { persisting, type Verification } from '../directory/verify/findings';
import { verify } from '../directory/verify/verify';
import { note } from './output/output';
import { Progress } from './output/progress';

/** Pause between the two checks: longer than a request may take. */
const SETTLE_MS = 30_000;

/**
 * Checks that the items of a table are consistent, and checks again if it finds something: requests
 * in progress can look like inconsistencies.
 */
export async function verifyTwice(table: Table): Promise<Verification> {
  const first = await verifyOnce(table, 'checking');
  if (first.findings.length === 0) return first;
  note(`${first.findings.length} findings; checking again in ${SETTLE_MS / 1000} s.`);
  await sleep(SETTLE_MS);
  const second = await verifyOnce(table, 'checking again');
  return { ...second, findings: persisting(first.findings, second.findings) };
}

async function verifyOnce(table: Table, label: string): Promise<Verification> {
  const progress = new Progress(label);
  const result = await verify(table, (items) => {
    progress.show(items);
  });
  progress.end();
  return result;
}
