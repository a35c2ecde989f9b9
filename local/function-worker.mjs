// Runs one function's bundle in a worker thread: an invocation is a message in, its result a message out.
import { parentPort, workerData } from 'node:worker_threads';

const { handler } = await import(workerData.bundle);

parentPort.on('message', async ({ id, event, context, deadline }) => {
  const invocation = { ...context, getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()) };
  try {
    parentPort.postMessage({ id, result: await handler(event, invocation) });
  } catch (error) {
    parentPort.postMessage({ id, error: String(error?.stack ?? error) });
  }
});
parentPort.postMessage({ ready: true });
