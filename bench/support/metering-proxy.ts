import { Agent, createServer, request, type IncomingMessage, type Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { close, listen } from '../../test/support/loopback-server';

/** The units and calls that requests took. */
export interface Metered {
  readonly reads: number;
  readonly writes: number;
  readonly calls: number;
  /** The calls that had to wait for each other: what a client waits for. */
  readonly roundTrips: number;
}

interface Answer {
  readonly ConsumedCapacity?: unknown;
}

/** A proxy in front of the engine that measures the calls of a server. */
export class MeteringProxy {
  private readonly server: Server;
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 64 });
  private reads = 0;
  private writes = 0;
  private calls = 0;
  /** Round trips of the calls that have been answered. */
  private answered = 0;
  private isMeasuring = false;

  /** @param callMs milliseconds that each call takes at least while requests are measured */
  constructor(
    private readonly endpoint: string,
    private readonly callMs: number,
  ) {
    this.server = createServer((incoming, response) => {
      // A call is sent after all answers that it depends on.
      const roundTrip = this.answered + 1;
      this.forward(incoming).then(
        ({ status, text }) => {
          this.answered = Math.max(this.answered, roundTrip);
          response.writeHead(status, { 'Content-Type': 'application/x-amz-json-1.0' }).end(text);
        },
        () => {
          incoming.socket.destroy();
        },
      );
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

  /** Measures the calls that requests make. Round trips are those of a single request. */
  async measure(work: () => Promise<unknown>): Promise<Metered> {
    [this.reads, this.writes, this.calls, this.answered] = [0, 0, 0, 0];
    this.isMeasuring = true;
    await work();
    this.isMeasuring = false;
    const { reads, writes, calls, answered } = this;
    return { reads, writes, calls, roundTrips: answered };
  }

  /** Forwards a call. */
  private async forward(
    incoming: IncomingMessage,
  ): Promise<{ readonly status: number; readonly text: string }> {
    const operation = String(incoming.headers['x-amz-target']);
    const sent = JSON.parse(await textOf(incoming)) as object;
    const body = JSON.stringify({ ...sent, ReturnConsumedCapacity: 'TOTAL' });
    const { status, text } = await this.post(incoming, body);
    this.calls += 1;
    const { ConsumedCapacity: consumed } = JSON.parse(text) as Answer;
    const units = [consumed ?? []]
      .flat()
      .reduce<number>(
        (sum, each) => sum + ((each as { CapacityUnits?: number }).CapacityUnits ?? 0),
        0,
      );
    if (/Put|Update|Delete|Write/.test(operation)) this.writes += units;
    else this.reads += units;
    if (this.isMeasuring) await sleep(this.callMs);
    return { status, text };
  }

  private post(
    { headers }: IncomingMessage,
    body: string,
  ): Promise<{ readonly status: number; readonly text: string }> {
    const length = { 'content-length': Buffer.byteLength(body) };
    const { agent, endpoint } = this;
    return new Promise((resolve, reject) => {
      const options = { method: 'POST', headers: { ...headers, ...length }, agent };
      const outgoing = request(endpoint, options, (answer) => {
        textOf(answer).then((text) => {
          resolve({ status: answer.statusCode ?? 0, text });
        }, reject);
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }
}

async function textOf(message: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of message) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}
