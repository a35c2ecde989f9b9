import { secretsIn } from './secrets';

/**
 * Stops the server of start-server.ts. Throws if it wrote a secret to its table, logs or mails
 * during the tests, many of which send failing requests.
 */
export default async function stop(): Promise<void> {
  const server = globalThis.scimServer;
  if (server === undefined) return;
  try {
    const secrets = await secretsIn(server);
    if (secrets.length > 0) throw new Error(`The server wrote secrets: ${secrets.join(', ')}`);
  } finally {
    await server.stop();
  }
}
