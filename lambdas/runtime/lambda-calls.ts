import { InvokeCommand, LambdaClient, type InvokeCommandOutput } from '@aws-sdk/client-lambda';
import { startTask } from './tasks';

/* The calls to Lambda of functions that make them rarely; they load this file on the first one. */

const client = new LambdaClient({});

/**
 * Invokes a function and waits for its result.
 * @param timeout in milliseconds
 */
export function invoke(
  functionArn: string,
  payload: object,
  timeout: number,
): Promise<InvokeCommandOutput> {
  const command = new InvokeCommand({
    FunctionName: functionArn,
    Payload: JSON.stringify(payload),
  });
  return client.send(command, { abortSignal: AbortSignal.timeout(timeout) });
}

/** Lets the function `webhooks` look for deliveries, without waiting for its result. */
export function startDelivery(functionArn: string): Promise<void> {
  return startTask(client, functionArn, { task: 'deliver' });
}
