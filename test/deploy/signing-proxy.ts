import * as aws4 from 'aws4';
import {
  createServer,
  request,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { buffer } from 'node:stream/consumers';
import { listen } from '../support/loopback-server';

/**
 * Proxy in front of a deployed API that lets the clients of the end-to-end tests call it: it puts
 * the API's name into `Host`, signs requests to the admin and application APIs, and replaces the
 * API's address in responses with its own.
 */
export class SigningProxy {
  private constructor(
    private readonly server: Server,
    readonly origin: string,
  ) {}

  /**
   * Starts the proxy.
   * @param endpoint URL of the emulated API Gateway
   * @param host the host name by which it identifies the API
   */
  static async start(endpoint: string, host: string): Promise<SigningProxy> {
    let origin = '';
    const server = createServer((incoming, response) => {
      forward(incoming, response, { endpoint, host, origin }).catch((error: unknown) => {
        response.writeHead(500).end(String(error));
      });
    });
    server.keepAliveTimeout = 120_000;
    origin = await listen(server);
    return new SigningProxy(server, origin);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

interface Target {
  readonly endpoint: string;
  readonly host: string;
  readonly origin: string;
}

async function forward(
  incoming: IncomingMessage,
  response: ServerResponse,
  target: Target,
): Promise<void> {
  const body = await buffer(incoming);
  const { url: path = '/', method = 'GET' } = incoming;
  const headers = { ...headersOf(incoming), Host: target.host };
  const signed = /^\/scim\/(?:admin|app)\//.test(path)
    ? aws4.sign(
        {
          host: target.host,
          path,
          method,
          headers,
          body,
          service: 'execute-api',
          region: 'us-east-1',
        },
        { accessKeyId: 'test', secretAccessKey: 'test' },
      ).headers
    : headers;
  await new Promise<void>((resolve, reject) => {
    // No keep-alive: the emulation closes idle connections during a long deployment.
    const options = { method, headers: { ...headers, ...signed }, agent: false } as const;
    const outgoing = request(`${target.endpoint}${path}`, options, (answer) => {
      buffer(answer).then((bytes) => {
        const text = withProxyOrigin(bytes.toString('utf8'), target);
        const answered = Object.entries(answer.headers).map(([name, value]) => [
          name,
          withProxyOrigin(String(value), target),
        ]);
        const length = { 'content-length': Buffer.byteLength(text) };
        response
          .writeHead(answer.statusCode ?? 500, { ...Object.fromEntries(answered), ...length })
          .end(text);
        resolve();
      }, reject);
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  const kept = Object.entries(headers).filter(([name]) => name !== 'host' && name !== 'connection');
  return Object.fromEntries(kept.map(([name, value]) => [name, String(value)]));
}

/** Replaces the API's own URL, which is `https://localhost` without a port. */
function withProxyOrigin(text: string, { origin }: Target): string {
  return text.replaceAll('https://localhost', origin);
}
