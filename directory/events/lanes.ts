import { createHash } from 'node:crypto';

/**
 * Parts of the event log, each with an order of its own. All events of a connection are in one
 * lane, so that they have an order; several lanes keep one busy connection from slowing down all
 * others. The number must not change: it decides where events are.
 */
export const LANES = 16;

/** Returns the lane of a connection's events. */
export function laneOf(connection: string): number {
  return (createHash('sha256').update(connection).digest()[0] ?? 0) % LANES;
}
