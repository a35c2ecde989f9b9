import type { Table } from '../store/table';
import { stateKey } from './delivery-state';

/** How long a worker may be silent before another one takes over, in milliseconds. */
export const LEASE_MS = 60_000;

/**
 * Takes the lease of an endpoint's deliveries, which one worker at a time has.
 * @param owner identifies the worker
 * @returns false if another worker has it
 */
export async function takeLease(table: Table, webhook: string, owner: string): Promise<boolean> {
  const now = Date.now();
  const failed = await table.write([
    {
      update: stateKey(webhook),
      set: { owner, leaseUntil: now + LEASE_MS },
      condition: { is: 'unleased', now },
    },
  ]);
  return failed.length === 0;
}

/** Extends a lease. @returns false if another worker has taken it */
export async function renewLease(table: Table, webhook: string, owner: string): Promise<boolean> {
  const failed = await table.write([
    {
      update: stateKey(webhook),
      set: { leaseUntil: Date.now() + LEASE_MS },
      condition: { is: 'leasedBy', owner },
    },
  ]);
  return failed.length === 0;
}

/** Ends a lease, unless another worker has it. */
export async function endLease(table: Table, webhook: string, owner: string): Promise<void> {
  await table.write([
    {
      update: stateKey(webhook),
      remove: ['owner', 'leaseUntil'],
      condition: { is: 'leasedBy', owner },
    },
  ]);
}
