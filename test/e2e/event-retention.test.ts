import { app, Client, expectProblem } from '../support/client';
import { eventsOf, untilEvents } from '../support/events';
import { DAY, startOwnServer, type OwnServer } from '../support/own-server';

let server: OwnServer;

beforeAll(async () => {
  server = await startOwnServer();
});

afterAll(() => server.stop());

test('a cursor that is older than the events gets 410 with the oldest cursor', async () => {
  const client = await Client.connect('okta');
  await client.user('first@acme.example');
  await untilEvents(client.id, 2);
  const query = `/events?connection=${client.id}`;
  const { body: start } = await app('GET', `${query}&limit=1`);
  const { body: end } = await app('GET', query);
  await server.advance(31 * DAY);
  // Nothing has happened after this cursor, so that nothing is missed.
  expect((await app('GET', `${query}&after=${end.nextCursor}`)).status).toBe(200);
  await client.user('second@acme.example');
  await server.advance(2);
  const reply = await app('GET', `${query}&after=${start.nextCursor}`);
  expectProblem(reply, 410);
  expect(reply.body.detail).toContain('resync');
  const rest = await eventsOf(client.id, reply.body.oldestCursor as string);
  expect(rest.map(({ data }) => data.user.userName as string)).toEqual(['second@acme.example']);
  expect(await eventsOf(client.id)).toEqual(rest);
});

test('a cursor of a table that was restored since gets 410', async () => {
  const { body } = await app('GET', '/events?after=latest');
  const cursor = JSON.parse(Buffer.from(body.nextCursor as string, 'base64url').toString());
  const other = Buffer.from(JSON.stringify({ ...cursor, e: 'other' })).toString('base64url');
  const reply = await app('GET', `/events?after=${other}`);
  expectProblem(reply, 410);
  expect((await app('GET', `/events?after=${reply.body.oldestCursor}`)).status).toBe(200);
});
