import {
  Agent,
  createServer,
  request,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { deploymentTypesKey } from '../../directory/store/keys';
import { close, listen } from '../support/loopback-server';

/** A fault that a call can meet. */
export type Fault =
  | { readonly kind: 'error'; readonly name: string; readonly status: number }
  /** An intermediary responds instead of DynamoDB. */
  | { readonly kind: 'page'; readonly status: number; readonly text: string }
  /** A concurrent transaction on the same items cancels this one. */
  | { readonly kind: 'conflict' }
  | { readonly kind: 'delay'; readonly milliseconds: number }
  /** The connection breaks before the call arrives, or after it took effect. */
  | { readonly kind: 'drop'; readonly takesEffect: boolean }
  /** The call never gets a response. */
  | { readonly kind: 'hang' }
  /** The function that made the call dies. */
  | { readonly kind: 'death'; readonly takesEffect: boolean };

/**
 * Chooses the fault of a call, by its number since the last `watch` and the name of the operation.
 * @returns undefined to forward the call
 */
export type FaultPlan = (call: number, operation: string) => Fault | undefined;

/** HTTP proxy between the functions and an AWS API. It counts calls and injects faults. */
export class FaultProxy {
  /** Number of calls since the last `watch`. */
  calls = 0;
  private plan: FaultPlan = () => undefined;
  private isDead = false;
  private death: Promise<void> = Promise.resolve();
  private readonly agent = new Agent({ keepAlive: true });
  private readonly server: Server;

  /** @param kill kills all functions */
  constructor(
    private readonly endpoint: string,
    private readonly kill: () => Promise<void>,
  ) {
    this.server = createServer((incoming, response) => {
      this.handle(incoming, response).catch(() => {
        incoming.socket.destroy();
      });
    });
  }

  /** Starts the proxy. @returns its URL */
  start(): Promise<string> {
    return listen(this.server);
  }

  async stop(): Promise<void> {
    await close(this.server);
    this.agent.destroy();
  }

  /** Restarts counting calls, and injects the faults of a plan from now on. */
  watch(plan: FaultPlan = () => undefined): void {
    this.calls = 0;
    this.isDead = false;
    this.plan = plan;
  }

  /** Waits until a death has killed every function; a request before that could still meet one. */
  async afterDeath(): Promise<void> {
    await this.death;
  }

  private async handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of incoming) parts.push(part as Buffer);
    const body = Buffer.concat(parts);
    const operation = String(incoming.headers['x-amz-target']).replace(/^.*\./, '');
    // An environment reads them once a minute, so that they would change the numbers of calls.
    const isOfTypes = operation === 'GetItem' && body.includes(deploymentTypesKey().pk);
    if (isOfTypes && !this.isDead) return this.forward(incoming, body, response);
    this.calls += 1;
    const fault = this.isDead
      ? ({ kind: 'drop', takesEffect: false } as const)
      : this.plan(this.calls, operation);
    switch (fault?.kind) {
      case undefined:
        return this.forward(incoming, body, response);
      case 'delay':
        await sleep(fault.milliseconds);
        return this.forward(incoming, body, response);
      case 'error':
        sendError(response, fault.status, {
          __type: `com.amazonaws.dynamodb.v20120810#${fault.name}`,
          message: 'injected',
        });
        return;
      case 'page':
        response.writeHead(fault.status, { 'Content-Type': 'text/html' }).end(fault.text);
        return;
      case 'conflict':
        sendError(response, 400, {
          __type: 'com.amazonaws.dynamodb.v20120810#TransactionCanceledException',
          message:
            'Transaction cancelled, please refer cancellation reasons for specific reasons ' +
            '[TransactionConflict]',
          CancellationReasons: [{ Code: 'TransactionConflict', Message: 'injected' }],
        });
        return;
      case 'hang':
        return;
      case 'drop':
        if (fault.takesEffect) await this.relay(incoming, body);
        incoming.socket.destroy();
        return;
      case 'death':
        this.isDead = true;
        if (fault.takesEffect) await this.relay(incoming, body);
        this.death = this.kill();
        await this.death;
        incoming.socket.destroy();
    }
  }

  private async forward(
    incoming: IncomingMessage,
    body: Buffer,
    response: ServerResponse,
  ): Promise<void> {
    const { status, headers, text } = await this.relay(incoming, body);
    response.writeHead(status, headers).end(text);
  }

  private relay(
    incoming: IncomingMessage,
    body: Buffer,
  ): Promise<{ status: number; headers: IncomingMessage['headers']; text: Buffer }> {
    return new Promise((resolve, reject) => {
      const outgoing = request(
        `${this.endpoint}${incoming.url ?? '/'}`,
        { method: incoming.method, headers: incoming.headers, agent: this.agent },
        (answer) => {
          const parts: Buffer[] = [];
          answer.on('data', (part: Buffer) => parts.push(part));
          answer.on('end', () => {
            resolve({
              status: answer.statusCode ?? 500,
              headers: answer.headers,
              text: Buffer.concat(parts),
            });
          });
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }
}

function sendError(response: ServerResponse, status: number, body: object): void {
  response
    .writeHead(status, { 'Content-Type': 'application/x-amz-json-1.0' })
    .end(JSON.stringify(body));
}
