import { secretsIn } from './secrets';

/** Ends what start-server.ts started. After all that the tests have asked of it, failures among it, it has written no secret anywhere. */
export default async function stop(): Promise<void> {
  const server = globalThis.scimServer;
  if (server === undefined) return;
  try {
    const secrets = await secretsIn(server);
    if (secrets.length > 0)
      throw new Error(`There are secrets in what was written: ${secrets.join(', ')}`);
  } finally {
    await server.stop();
  }
}
