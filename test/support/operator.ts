import { admin } from './client';
import { Visitor } from './visitor';

/** Returns a visitor who has opened the console with a new link. */
export async function operator(): Promise<Visitor> {
  const { status, headers, body } = await admin('POST', '/consoleSessions');
  expect([status, headers['cache-control']]).toEqual([201, 'no-store']);
  const visitor = new Visitor();
  expect((await visitor.openLink(body.url as string)).status).toBe(200);
  return visitor;
}
