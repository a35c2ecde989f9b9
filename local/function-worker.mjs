// Runs the bundle of one function in a worker thread. The thread receives each invocation as a
// message and posts its result as a message.
import { parentPort, workerData } from 'node:worker_threads';

const { now } = Date;
const ahead = new Float64Array(workerData.ahead);

// Functions see the local clock, which tests advance. Their remaining time follows the real clock.
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
