import { Client, GROUP, USER, type Body } from '../support/client';

const SEARCH = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest';
let client: Client;
let users: Body[];

beforeAll(async () => {
  client = await Client.connect('generic');
  users = [];
  for (const [userName, title, email] of [
    ['dora', 'Chief', 'd@x'],
    ['Anna', undefined, 'z@x'],
    ['carl', 'analyst', undefined],
    ['Bert', 'Buyer', 'a@x'],
    ['emil', undefined, 'm@x'],
  ] as const) {
    const emails =
      email === undefined
        ? {}
        : {
            emails: [
              { value: 'q@x', type: 'home' },
              { value: email, primary: true },
            ],
          };
    users.push(await client.user(userName, { title, ...emails }));
  }
  await client.group('Zeta');
  await client.group('Alpha');
});

function names(body: Body): string[] {
  return body.Resources.map((resource: Body) => resource.userName ?? resource.displayName);
}

describe('sorting (RFC 7644 section 3.4.2.3)', () => {
  test.each([
    ['sortBy=userName', ['Anna', 'Bert', 'carl', 'dora', 'emil']],
    ['sortBy=USERNAME&sortOrder=descending', ['emil', 'dora', 'carl', 'Bert', 'Anna']],
    // Resources without a value come last in ascending and first in descending order.
    ['sortBy=title', ['carl', 'Bert', 'dora', 'Anna', 'emil']],
    ['sortBy=title&sortOrder=descending', ['Anna', 'emil', 'dora', 'Bert', 'carl']],
    // The primary value determines the order.
    ['sortBy=emails', ['Bert', 'dora', 'emil', 'Anna', 'carl']],
    ['sortBy=emails.value&sortOrder=Descending&count=2', ['carl', 'Anna']],
    ['sortBy=meta.created&sortOrder=descending', ['emil', 'Bert', 'carl', 'Anna', 'dora']],
    ['sortBy=userName&startIndex=2&count=2', ['Bert', 'carl']],
    ['sortBy=userName&filter=title%20pr', ['Bert', 'carl', 'dora']],
  ])('supports %s', async (query, expected) => {
    const { status, body } = await client.get(`/Users?${query}`);
    expect([status, names(body)]).toEqual([200, expected]);
  });

  test.each([
    ['sortBy=nosuch', 'invalidValue'],
    ['sortBy=name', 'invalidValue'],
    ['sortBy=groups.display', 'invalidValue'],
    ['sortBy=password', 'sensitive'],
    ['sortBy=userName&sortOrder=up', 'invalidValue'],
  ])('rejects %s', async (query, scimType) => {
    expect((await client.get(`/Users?${query}`)).body.scimType).toBe(scimType);
  });
});

describe('cursors (RFC 9865)', () => {
  /** Returns the resources of all pages. @param between runs after each page */
  async function crawl(
    path: string,
    between: () => Promise<unknown> = async () => undefined,
  ): Promise<Body[][]> {
    const pages: Body[][] = [];
    let cursor: string | undefined = '';
    while (cursor !== undefined) {
      const { status, body } = await client.get(`${path}&cursor=${cursor}`);
      expect([status, body.startIndex]).toEqual([200, undefined]);
      pages.push(body.Resources);
      cursor = body.nextCursor;
      await between();
    }
    return pages;
  }

  test.each([
    '/Users?count=2',
    '/Users?count=2&sortBy=title',
    '/Users?count=2&sortBy=title&sortOrder=descending',
    '/Users?count=2&filter=userName%20pr',
    '/Users?count=1',
    '/Users?count=5',
  ])('return every resource once, in the order of index-based paging: %s', async (path) => {
    const pages = await crawl(path);
    const all = (await client.get(path.replace(/count=\d/, 'count=100'))).body.Resources;
    expect(pages.flat()).toEqual(all);
  });

  test('lead back to the previous pages', async () => {
    for (const path of ['/Users?count=2', '/Users?count=2&sortBy=userName']) {
      const first = (await client.get(`${path}&cursor=`)).body;
      const second = (await client.get(`${path}&cursor=${first.nextCursor}`)).body;
      const third = (await client.get(`${path}&cursor=${second.nextCursor}`)).body;
      expect([first.previousCursor, third.nextCursor]).toEqual([undefined, undefined]);
      const back = (await client.get(`${path}&cursor=${third.previousCursor}`)).body;
      expect(back.Resources).toEqual(second.Resources);
      const start = (await client.get(`${path}&cursor=${back.previousCursor}`)).body;
      expect([start.Resources, start.previousCursor]).toEqual([first.Resources, undefined]);
    }
  });

  test('neither skip nor repeat resources while others are created and deleted', async () => {
    const crowd = await client.users(40, (index) => `crowd${index}`);
    const leaving = crowd.filter((_, index) => index % 3 === 0);
    const staying = [...users, ...crowd.filter((_, index) => index % 3 !== 0)].map(({ id }) => id);
    let round = 0;
    for (const path of [
      '/Users?count=4',
      '/Users?count=4&sortBy=userName',
      '/Users?count=4&filter=active%20eq%20true',
    ]) {
      const pages = await crawl(path, async () => {
        const user = leaving.pop();
        if (user !== undefined) await client.delete(`/Users/${user.id}`);
        if ((round += 1) % 2 === 0) await client.user(`late${round}`);
      });
      const seen = pages.flat().map(({ id }) => id);
      expect(seen).toHaveLength(new Set(seen).size);
      expect(staying.filter((id) => !seen.includes(id))).toEqual([]);
    }
  });

  test('lead through pages that are cut short, forward and backward', async () => {
    const large = await Client.connect('generic');
    for (let index = 0; index < 30; index += 1)
      await large.user(`large${index}`, { title: 'x'.repeat(350_000) });
    const get = async (cursor: string): Promise<Body> =>
      (await large.get(`/Users?count=30&cursor=${cursor}`)).body;
    const there: string[] = [];
    let page = await get('');
    for (;;) {
      expect(page.Resources.length).toBeLessThan(30);
      there.push(...page.Resources.map(({ id }: Body) => id));
      if (page.nextCursor === undefined) break;
      page = await get(page.nextCursor);
    }
    const back = page.Resources.map(({ id }: Body) => id);
    while (page.previousCursor !== undefined) {
      page = await get(page.previousCursor);
      back.unshift(...page.Resources.map(({ id }: Body) => id));
    }
    expect(new Set(there).size).toBe(30);
    expect(back).toEqual(there);
  });

  test('are bound to query, connection and page size and cannot be altered', async () => {
    const nextCursor = String((await client.get('/Users?count=1&cursor=')).body.nextCursor);
    const scimType = async (path: string, caller = client): Promise<string> =>
      (await caller.get(path)).body.scimType;
    expect(nextCursor).toMatch(/^[\w-]+$/);
    expect(await scimType(`/Users?cursor=${nextCursor}&filter=userName%20pr`)).toBe(
      'invalidCursor',
    );
    expect(await scimType(`/Users?cursor=${nextCursor}&sortBy=userName`)).toBe('invalidCursor');
    expect(await scimType(`/Groups?cursor=${nextCursor}`)).toBe('invalidCursor');
    expect(await scimType(`/Users?cursor=${nextCursor}`, await Client.connect('generic'))).toBe(
      'invalidCursor',
    );
    for (const at of [0, 30, 60, nextCursor.length - 5]) {
      const altered =
        nextCursor.slice(0, at) + (nextCursor[at] === 'A' ? 'B' : 'A') + nextCursor.slice(at + 1);
      expect(await scimType(`/Users?cursor=${altered}`)).toBe('invalidCursor');
    }
    expect(await scimType('/Users?cursor=x')).toBe('invalidCursor');
    expect(await scimType(`/Users?cursor=${nextCursor}&count=2`)).toBe('invalidCount');
    expect(await scimType(`/Users?cursor=${nextCursor}&startIndex=1`)).toBe('invalidValue');
    expect((await client.get(`/Users?cursor=${nextCursor}`)).body.Resources).toHaveLength(1);
  });
});

describe('searches (RFC 7644 sections 3.4.2.1 and 3.4.3)', () => {
  const search = (path: string, request: object) =>
    client.post(path, { schemas: [SEARCH], ...request });

  test('by POST find resources of one type', async () => {
    const { status, body } = await search('/Users/.search', {
      filter: 'userName eq "ANNA" or userName eq "Bert"',
      attributes: ['userName'],
      sortBy: 'userName',
      sortOrder: 'descending',
      startIndex: 1,
      count: 10,
    });
    expect([status, body.totalResults, names(body)]).toEqual([200, 2, ['Bert', 'Anna']]);
    expect(Object.keys(body.Resources[0]).sort()).toEqual(['id', 'schemas', 'userName']);
    expect(
      names((await search('/Groups/.search', { excludedAttributes: ['members'] })).body),
    ).toEqual(['Zeta', 'Alpha']);
  });

  test('at the root find resources of all types', async () => {
    const own = await Client.connect('generic');
    await own.user('one', { displayName: 'Same' });
    await own.group('Same');
    await own.user('two');
    const root = async (request: object): Promise<Body> =>
      (await own.post('/.search', { schemas: [SEARCH], ...request })).body;
    expect(names(await root({}))).toEqual(['one', 'two', 'Same']);
    expect(names(await root({ filter: 'displayName eq "same"' }))).toEqual(['one', 'Same']);
    // Attributes that a resource type does not define count as unassigned.
    expect(names(await root({ filter: 'userName sw "o" or displayName pr' }))).toEqual([
      'one',
      'Same',
    ]);
    expect(names(await root({ filter: 'not (userName pr)' }))).toEqual(['Same']);
    expect(names(await root({ filter: 'meta.resourceType eq "Group"' }))).toEqual(['Same']);
    expect(
      names(
        await root({
          sortBy: 'id',
          sortOrder: 'descending',
          attributes: ['userName', 'displayName'],
        }),
      ),
    ).toEqual(['two', 'Same', 'one']);
    expect((await root({ filter: 'nosuch pr' })).scimType).toBe('invalidFilter');
    for (const [startIndex, expected] of [
      [1, ['one', 'two']],
      [2, ['two', 'Same']],
      [3, ['Same']],
      [4, []],
    ] as const) {
      const page = await root({ startIndex, count: 2 });
      expect([page.totalResults, names(page)]).toEqual([3, expected]);
    }
    const first = await root({ count: 2, cursor: '' });
    const second = await root({ cursor: first.nextCursor });
    expect([names(first), names(second)]).toEqual([['one', 'two'], ['Same']]);
    expect(names(await root({ cursor: second.previousCursor }))).toEqual(['one', 'two']);
    const byGet = await own.get('?filter=meta.resourceType%20eq%20%22User%22');
    expect(names(byGet.body)).toEqual(['one', 'two']);
  });

  test('show in the error how a malformed filter was rewritten', async () => {
    const { body } = await client.get('/Users?filter=title eq Boss and bogus pr');
    expect(body.detail).toContain('position 21');
    expect(body.detail).toContain('read as "title eq "Boss" and bogus pr"');
  });

  test('reject other methods and invalid parameters', async () => {
    expect((await client.get('/Users/.search')).status).toBe(405);
    expect((await client.get('/.search')).headers['allow']).toBe('POST');
    expect((await search('/Users/.search', { filter: 7 })).body.scimType).toBe('invalidValue');
    expect((await search('/Users/.search', { count: [] })).body.scimType).toBe('invalidCount');
    expect((await search('/Users/.search', { attributes: [7] })).body.scimType).toBe(
      'invalidValue',
    );
    const strict = await Client.connect('rfc');
    expect((await strict.post('/.search', { filter: 'id pr' })).body.scimType).toBe(
      'invalidSyntax',
    );
    expect((await strict.post('/Users/.search', { schemas: [USER, GROUP] })).status).toBe(400);
  });
});

test('a page of resources with many quotes fits into a response of 6 MB of Lambda', async () => {
  const other = await Client.connect('generic');
  // Each takes 300 KB on the page, and 600 KB in the response, where the page is a JSON string.
  const title = '"'.repeat(150_000);
  for (let index = 0; index < 14; index += 1) await other.user(`u${index}`, { title });
  const ids = async (query: string): Promise<string[]> => {
    const { status, body } = await other.get(`/Users${query}`);
    expect([status, body.totalResults]).toEqual([200, 14]);
    return body.Resources.map(({ id }: Body) => id);
  };
  const first = await ids('');
  expect(first.length).toBeLessThan(14);
  const rest = await ids(`?startIndex=${first.length + 1}`);
  expect(new Set([...first, ...rest]).size).toBe(14);
});
