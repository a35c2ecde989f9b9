import { admin, GROUP, USER, type Client, type Body } from './client';

/** When the imported resources were created elsewhere, and changed there for the last time. */
export const CREATED = '2019-03-04T05:06:07.000Z';
export const CHANGED = '2024-01-02T03:04:05.678Z';

/** Returns a user as a line of an import. */
export function user(id: string | undefined, userName: string, attributes: object = {}): Body {
  const meta = { resourceType: 'User', created: CREATED, lastModified: CHANGED };
  return { schemas: [USER], ...(id === undefined ? {} : { id }), userName, ...attributes, meta };
}

/** Returns a group as a line of an import. */
export function group(id: string, displayName: string, members: readonly string[] = []): Body {
  const meta = { resourceType: 'Group', created: CREATED, lastModified: CHANGED };
  return { schemas: [GROUP], id, displayName, members: members.map((value) => ({ value })), meta };
}

/** Imports lines in one call. @returns the body of the answer */
export async function importLines(
  client: Client,
  lines: readonly (object | string)[],
  query = '',
): Promise<Body> {
  const body = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));
  const reply = await admin('POST', `/connections/${client.id}/import${query}`, body.join('\n'));
  if (reply.status !== 200) throw new Error(reply.text);
  return reply.body;
}

/** Imports lines again and again until there was time for all of them. */
export async function importAll(client: Client, lines: readonly object[]): Promise<void> {
  for (let isComplete = false; !isComplete;) {
    ({ isComplete } = await importLines(client, lines));
  }
}

/** Returns the lines of an export, read in pages. */
export async function exported(client: Client): Promise<readonly Body[]> {
  const lines: Body[] = [];
  let cursor: unknown;
  do {
    const reply = await admin('POST', `/connections/${client.id}/export`, { cursor });
    if (reply.status !== 200) throw new Error(reply.text);
    expect(reply.headers['content-type']).toMatch('application/jsonl');
    lines.push(
      ...reply.text
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line)),
    );
    cursor = reply.headers['next-cursor'];
  } while (cursor !== undefined);
  return lines;
}
