import { recordCallsOf } from './recorded-calls';

/** Before the tests of the `faults` project, each of which starts a system of its own. */
export default function start(): void {
  recordCallsOf('faults');
}
