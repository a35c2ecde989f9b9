import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { close, listen } from './loopback-server';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import type { Body } from './client';

/** A request that an endpoint got. */
export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly event: Body;
}

/** An answer of an endpoint: a status, or status and headers. */
type Reaction = (event: Body) => number | readonly [number, Record<string, string>];

/** An endpoint of an application on this machine. */
export class WebhookReceiver {
  readonly received: Received[] = [];
  /** Answers requests; by default 200. */
  react: Reaction = () => 200;
  private constructor(
    readonly url: string,
    readonly stop: () => Promise<void>,
  ) {}

  static async start(): Promise<WebhookReceiver> {
    const server = createServer();
    const receiver = new WebhookReceiver(`${await listen(server)}/hook`, () => close(server));
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      void text(request).then((body) => {
        const event: Body = JSON.parse(body);
        const answer = receiver.react(event);
        const [status, headers] = typeof answer === 'number' ? [answer, {}] : answer;
        receiver.received.push({ headers: request.headers, text: body, event });
        response.writeHead(status, headers);
        response.end(status === 200 ? 'ok' : `no: ${status}`);
      });
    });
    return receiver;
  }

  /** The events that the endpoint got, in the order of arrival. */
  get events(): readonly Body[] {
    return this.received.map(({ event }) => event);
  }
}

/**
 * Verifies a request with the library of Standard Webhooks.
 */
export function isSignedWith(secret: string, { headers, text: body }: Received): boolean {
  const names = ['webhook-id', 'webhook-timestamp', 'webhook-signature'];
  const signed = Object.fromEntries(names.map((name) => [name, String(headers[name])]));
  // The clock of the local system can be ahead of the one that the library reads.
  const clock = jest.spyOn(Date, 'now').mockReturnValue(Number(signed['webhook-timestamp']) * 1000);
  try {
    new Webhook(secret).verify(body, signed);
    return true;
  } catch {
    return false;
  } finally {
    clock.mockRestore();
  }
}
