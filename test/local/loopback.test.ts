import type { AddressInfo } from 'node:net';
import { Clock } from '../../local/clock';
import { Mailbox } from '../../local/services/mailbox';
import { LocalSecretsManager } from '../../local/services/secrets-manager';
import { send } from '../support/client';

/* The stand-ins of AWS services serve programs on this machine, not web pages that it shows. */

const servers = {
  SES: new Mailbox().createServer(),
  'Secrets Manager': new LocalSecretsManager(new Clock(), () =>
    Promise.resolve(undefined),
  ).createServer(),
};

beforeAll(async () => {
  for (const server of Object.values(servers)) {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  }
});
afterAll(() => {
  for (const server of Object.values(servers)) server.close();
});

describe.each(Object.entries(servers))('the stand-in of %s', (_name, server) => {
  const status = async (headers: Record<string, string>): Promise<number> => {
    const { port } = server.address() as AddressInfo;
    return (await send('POST', `http://127.0.0.1:${port}/`, headers, '{}')).status;
  };

  test.each<[string, Record<string, string>]>([
    ['of another origin', { Origin: 'https://evil.example' }],
    ['without an origin that it shows', { Origin: 'null' }],
    ['under a host name that was rebound', { Host: 'evil.example' }],
  ])('refuses a page %s', async (_page, headers) => {
    expect(await status(headers)).toBe(403);
  });

  test('answers a program', async () => {
    expect(await status({})).not.toBe(403);
  });
});
