// Runs one function's bundle in a worker thread: an invocation is a message in, its result a message out.
import { parentPort, workerData } from 'node:worker_threads';

const { now } = Date;
const ahead = new Float64Array(workerData.ahead);

// The function sees the local clock, which tests move ahead; how much time it has left is a matter of the machine's.
globalThis.Date = class extends Date {
  constructor(...parts) {
    if (parts.length === 0) super(now() + ahead[0]);
    else super(...parts);
  }

  static now() {
    return now() + ahead[0];
  }
};

if (workerData.calls !== undefined) {
  const { recordCalls } = await import('./record-calls.mjs');
  recordCalls(workerData.calls);
}

const { handler } = await import(workerData.bundle);

parentPort.on('message', async ({ id, event, context, deadline }) => {
  const invocation = { ...context, getRemainingTimeInMillis: () => Math.max(0, deadline - now()) };
  try {
    parentPort.postMessage({ id, result: await handler(event, invocation) });
  } catch (error) {
    parentPort.postMessage({ id, error: String(error?.stack ?? error) });
  }
});
parentPort.postMessage({ ready: true });
