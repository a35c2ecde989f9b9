import { createServer } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { isAllowedAddress, urlProblem } from '../../events/webhooks/destination';
import { send, type Resolve } from '../../events/webhooks/send';

/** Addresses that a webhook must not reach. */
const REFUSED = [
  ...['0.0.0.0', '0.1.2.3', '10.0.0.1', '10.255.255.255', '100.64.0.1', '100.127.255.254'],
  ...['127.0.0.1', '127.255.0.1', '169.254.169.254', '169.254.170.2', '172.16.0.1'],
  ...['172.31.255.255', '192.0.0.1', '192.0.2.1', '192.88.99.1', '192.168.1.1', '198.18.0.1'],
  ...['198.19.255.255', '198.51.100.7', '203.0.113.9', '224.0.0.1', '239.255.255.255'],
  ...['240.0.0.1', '255.255.255.255', '::', '::1', '::7f00:1', '::ffff:127.0.0.1'],
  ...['::ffff:a9fe:a9fe', '::ffff:0:10.0.0.1', '64:ff9b::10.0.0.1', '64:ff9b::8.8.8.8'],
  ...['64:ff9b:1::1', '100::1', '2001::1', '2001:0:4136:e378::1', '2001:2::1', '2001:db8::1'],
  ...['2001:20::1', '2002:7f00:1::', '2002:a9fe:a9fe::1', '3fff::1', 'fc00::1', 'fd12:3456::1'],
  ...['fe80::1', 'fec0::1', 'ff02::1', 'ff0e::1', 'fd00:ec2::254', '4000::1', '', 'localhost'],
];

const ALLOWED = ['1.1.1.1', '8.8.8.8', '52.95.110.1', '2606:4700:4700::1111', '2a00:1450::1'];

test('the table has at least 40 addresses', () => {
  expect(REFUSED.length).toBeGreaterThanOrEqual(40);
});

test.each(REFUSED)('%p is refused', (address) => {
  expect(isAllowedAddress(address, false)).toBe(false);
});

test.each(ALLOWED)('%p is allowed', (address) => {
  expect(isAllowedAddress(address, false)).toBe(true);
});

test('for development, this machine is allowed, and nothing else that is private', () => {
  for (const address of ['127.0.0.1', '::1', '127.8.8.8']) {
    expect(isAllowedAddress(address, true)).toBe(true);
  }
  for (const address of ['10.0.0.1', '169.254.169.254', 'fd00::1', '0.0.0.0']) {
    expect(isAllowedAddress(address, true)).toBe(false);
  }
});

test.each([
  ['https://app.example.com/hooks?tenant=1', false, undefined],
  ['https://app.example.com:443/', false, undefined],
  ['http://app.example.com/', false, /https/],
  ['http://127.0.0.1:3000/', false, /https/],
  ['http://127.0.0.1:3000/', true, undefined],
  ['http://localhost:3000/', true, undefined],
  ['http://10.0.0.1:3000/', true, /https/],
  ['https://2130706433/', false, /public/],
  ['https://0x7f.1/', false, /public/],
  ['https://017700000001/', false, /public/],
  ['https://127.1/', false, /public/],
  ['https://[::1]/', false, /public/],
  ['https://localhost/', false, /host name/],
  ['https://service.internal/', false, /host name/],
  ['https://printer.local./', false, /host name/],
  ['https://app.example.com/#x', false, /fragment/],
  ['ftp://app.example.com/', false, /https/],
  [`https://app.example.com/${'x'.repeat(3000)}`, false, /characters/],
])('the URL %s (development: %p) has the problem %p', (url, allowsLoopback, problem) => {
  const found = urlProblem(url, allowsLoopback);
  if (problem === undefined) expect(found).toBeUndefined();
  else expect(found).toMatch(problem);
});

describe('a name that changes its address', () => {
  let requests = 0;
  const server = createServer((_, response) => {
    requests += 1;
    response.end('private');
  });
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  afterAll(() => server.close());

  /** Answers with public addresses at first, and with a private one later. */
  const rebinding = (): Resolve => {
    let answers = 0;
    return () => {
      answers += 1;
      const address = answers === 1 ? '192.0.2.99' : '127.0.0.1';
      return Promise.resolve([{ address: answers > 2 ? '10.0.0.1' : address, family: 4 }]);
    };
  };

  test('is checked at each connection, on the address that the connection uses', async () => {
    const resolve = rebinding();
    for (let attempt = 0; attempt < 4; attempt += 1) {
      const url = `https://app.example.com/`;
      const outcome = await send(url, {}, '{}', { allowsLoopback: false, resolve });
      expect(outcome).toMatchObject({
        isAccepted: false,
        error: expect.stringMatching(/not public/),
      });
    }
    expect(requests).toBe(0);
  });

  test('is refused if only one of its addresses is private', async () => {
    const resolve: Resolve = () =>
      Promise.resolve([
        { address: '1.1.1.1', family: 4 },
        { address: '::1', family: 6 },
      ]);
    const outcome = await send('https://app.example.com/', {}, '', {
      allowsLoopback: false,
      resolve,
    });
    expect(outcome.error).toMatch(/::1/);
  });

  test('an endpoint that switches protocols or hangs up has not answered', async () => {
    for (const answer of [
      'HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n',
      '',
    ]) {
      const odd = createTcpServer((socket) => {
        socket.once('data', () => socket.end(answer));
      });
      await new Promise<void>((resolve) => odd.listen(0, '127.0.0.1', resolve));
      const { port } = odd.address() as AddressInfo;
      const outcome = await send(`http://127.0.0.1:${port}/`, {}, '{}', { allowsLoopback: true });
      expect(outcome).toMatchObject({ isAccepted: false, error: expect.any(String) });
      odd.close();
    }
  });

  test('an answer is cut after its first kilobyte', async () => {
    const { port } = server.address() as AddressInfo;
    const outcome = await send(`http://127.0.0.1:${port}/`, {}, '{}', { allowsLoopback: true });
    expect(outcome).toMatchObject({ isAccepted: true, status: 200, answer: 'private' });
  });
});
