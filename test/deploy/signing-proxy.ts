import * as aws4 from 'aws4';
import {
  createServer,
  request,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { buffer } from 'node:stream/consumers';

/**
 * Stands before a deployed API so that the clients of the end-to-end tests can call it: it names the API in `Host`, signs what goes to the admin API, and puts its own
 * address where answers name the API's.
 */
export class SigningProxy {
  private constructor(
    private readonly server: Server,
    readonly origin: string,
  ) {}

  /**
   * @param endpoint where the emulated API Gateway listens
   * @param host by which it knows the API
   */
  static async start(endpoint: string, host: string): Promise<SigningProxy> {
    let origin = '';
    const server = createServer((incoming, response) => {
      forward(incoming, response, { endpoint, host, origin }).catch((error: unknown) => {
        response.writeHead(500).end(String(error));
      });
    });
    server.keepAliveTimeout = 120_000;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('The proxy has no port.');
    origin = `http://127.0.0.1:${address.port}`;
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
  const signed = path.startsWith('/scim/admin/')
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
    // Without connections that are kept: the emulation closes them when a deployment takes its time.
    const options = { method, headers: { ...headers, ...signed }, agent: false } as const;
    const outgoing = request(`${target.endpoint}${path}`, options, (answer) => {
      buffer(answer).then((bytes) => {
        const text = own(bytes.toString('utf8'), target);
        const answered = Object.entries(answer.headers).map(([name, value]) => [
          name,
          own(String(value), target),
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

/** The API calls itself `https://localhost`, without a port. */
function own(text: string, { origin }: Target): string {
  return text.replaceAll('https://localhost', origin);
}
