import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:net';

/** Returns a free loopback port, for programs that cannot pick one themselves. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (address !== null && typeof address === 'object') resolve(address.port);
        else reject(new Error('Could not find a free port.'));
      });
    });
  });
}

/**
 * Returns whether the request may come from a web page: one of another origin, or one whose host
 * name was rebound to this machine (DNS rebinding). Such requests must reach neither the admin API
 * nor the stand-ins of AWS services.
 */
export function isForeign({ headers }: IncomingMessage): boolean {
  const isLocal = (host: string): boolean =>
    /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/i.test(host);
  const origin = headers.origin;
  return (
    !isLocal(headers.host ?? '') ||
    (origin !== undefined && !isLocal(origin.replace(/^https?:\/\//, '')))
  );
}
