import { createServer, type IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { close, listen } from './loopback-server';

/** A token that a receiver got, with its claims, which are not verified. */
export interface ReceivedToken {
  readonly headers: IncomingHttpHeaders;
  readonly token: string;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** An answer of a receiver: a status, a status and a body, or none at all. */
export type TokenReaction = number | readonly [status: number, body: object] | 'lost';

/** A receiver on this machine that tokens are pushed to (RFC 8935). */
export class TokenReceiver {
  /** All tokens that arrived, whatever became of them. */
  readonly received: ReceivedToken[] = [];
  /** Answers a token; by default it is accepted. */
  react: (token: ReceivedToken) => TokenReaction = () => 202;

  private constructor(
    readonly url: string,
    readonly stop: () => Promise<void>,
  ) {}

  static async start(): Promise<TokenReceiver> {
    const server = createServer();
    const receiver = new TokenReceiver(`${await listen(server)}/events`, () => close(server));
    server.on('request', (request, response) => {
      void text(request).then((token) => {
        const [, payload = ''] = token.split('.');
        const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
        const received = { headers: request.headers, token, claims: { ...claims } };
        receiver.received.push(received);
        const reaction = receiver.react(received);
        if (reaction === 'lost') {
          request.socket.destroy();
          return;
        }
        const [status, body] = typeof reaction === 'number' ? [reaction, undefined] : reaction;
        response.writeHead(status, { 'Content-Type': 'application/json' });
        response.end(body === undefined ? '' : JSON.stringify(body));
      });
    });
    return receiver;
  }
}
