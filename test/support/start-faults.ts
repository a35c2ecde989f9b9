import { recordCallsOf } from './recorded-calls';

/** Prepares the tests of the `faults` project. Each of them starts its own system. */
export default function start(): void {
  recordCallsOf('faults');
}
