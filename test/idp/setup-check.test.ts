import fc from 'fast-check';
import { CAUSES } from '../../idp/explanations/explanation';
import { IDENTITY_PROVIDERS } from '../../idp/profiles/registry';
import { describeSetup } from '../../idp/setup-check/describe';
import { TOKEN_PROBLEM_CODES, type SetupFacts } from '../../idp/setup-check/setup-facts';

const at = '2026-01-01T10:00:00.000Z';
const CONNECTION = '/v2/connections/{connectionId}';
const users = { at, method: 'GET', route: `${CONNECTION}/Users`, status: 200 };
const random = { attribute: 'userName', isRandom: true };
const named = { attribute: 'userName', isRandom: false };

describe('connection tests are recognized', () => {
  test.each<[string, string, SetupFacts, boolean]>([
    ['entra', 'a random user name', { ...users, lookup: random, results: 0 }, true],
    ['entra', 'a random user name, as external id', { ...users, lookup: random, results: 0 }, true],
    [
      'entra',
      'a random group name',
      { ...users, route: `${CONNECTION}/Groups`, lookup: random, results: 0 },
      true,
    ],
    ['entra', 'a user name of somebody', { ...users, lookup: named, results: 0 }, false],
    ['entra', 'an object id that is here', { ...users, lookup: random, results: 1 }, false],
    ['okta', 'count=2', { ...users, count: 2, results: 7 }, true],
    ['okta', 'count=100 of an import', { ...users, count: 100, results: 7 }, false],
    ['okta', 'a lookup', { ...users, count: 100, lookup: named, results: 0 }, false],
    ['jumpcloud', 'a lookup of the test user', { ...users, lookup: named, results: 0 }, true],
    ['onelogin', 'a user that does not exist', { ...users, lookup: named, results: 0 }, true],
    ['onelogin', 'a user that exists', { ...users, lookup: named, results: 1 }, false],
    ['google', 'a list', { ...users, results: 3 }, true],
    ['ping', 'a lookup', { ...users, lookup: named, results: 0 }, true],
    ['generic', 'discovery', { ...users, route: `${CONNECTION}/{proxy+}`, status: 200 }, true],
    ['rfc', 'a list', { ...users, results: 0 }, true],
    ['generic', 'a write', { ...users, method: 'POST', status: 201 }, false],
  ])('%s: %s', (identityProvider, _, facts, isTest) => {
    expect(describeSetup([facts], identityProvider).test !== undefined).toBe(isTest);
  });

  test("JumpCloud's test user counts as a test once it is deleted", () => {
    const user = { route: `${CONNECTION}/Users/{id}`, resourceId: 'u', at };
    const requests: SetupFacts[] = [
      { ...user, method: 'DELETE', status: 204 },
      { ...user, method: 'PUT', status: 200, name: 'test@acme.example' },
      { ...users, method: 'POST', status: 201, resourceId: 'u', name: 'test@acme.example' },
    ];
    const { user: first, test: tested } = describeSetup(requests, 'jumpcloud');
    expect([first, tested?.title]).toEqual([undefined, 'Test user']);
    expect(describeSetup(requests.slice(1), 'jumpcloud').user?.text).toContain('test@acme');
    // A user who is created again under the id of the test user is none.
    const again = { ...users, method: 'POST', status: 201, resourceId: 'u', name: 'ada' };
    expect(describeSetup([again, ...requests], 'jumpcloud').user?.text).toContain('ada');
  });
});

test('a search by POST and a bulk request are no user that was received', () => {
  const search = { ...users, method: 'POST', route: `${CONNECTION}/Users/.search` };
  const bulk = { ...users, method: 'POST', route: `${CONNECTION}/Bulk` };
  const { steps, user } = describeSetup([bulk, search], 'generic');
  expect(user).toBeUndefined();
  expect(steps.map(({ title }) => title)).toEqual(['Changes received', 'User looked up']);
});

test('a wrong token is corrected once any request is let in', () => {
  const wrong: SetupFacts = { ...users, status: 401, tokenProblem: 'incomplete' };
  const group: SetupFacts = {
    ...users,
    method: 'POST',
    route: `${CONNECTION}/Groups`,
    status: 201,
  };
  expect(describeSetup([group, wrong], 'okta').problem).toBeUndefined();
  expect(describeSetup([wrong, group], 'okta').problem?.title).toBe('Wrong token');
  // A refused group is a problem of its own.
  const refused: SetupFacts = { ...group, status: 409, cause: 'duplicateGroup' };
  expect(describeSetup([refused, wrong], 'okta').problem?.result).toBe('Failed');
});

test('a problem counts until something good comes after it', () => {
  const good: SetupFacts = { ...users, lookup: random, results: 0 };
  const bad: SetupFacts = {
    ...users,
    status: 401,
    cause: 'tokenRefused',
    tokenProblem: 'noHeader',
  };
  const group: SetupFacts = { ...users, method: 'POST', status: 501, cause: 'groupsOff' };
  expect(describeSetup([bad, good], 'entra').problem?.title).toBe('No token');
  expect(describeSetup([good, bad], 'entra').problem).toBeUndefined();
  // Declined groups do not affect users.
  expect(describeSetup([group, good], 'entra')).toMatchObject({ problem: undefined });
});

test.each(TOKEN_PROBLEM_CODES)('the problem %s is told in words, with what to do', (code) => {
  const facts = { ...users, status: 401, cause: 'tokenRefused', tokenProblem: code };
  const [step] = describeSetup([facts], 'okta').steps;
  expect(step).toMatchObject({ kind: 'problem', result: 'Refused' });
  expect(step?.text).toMatch(/^[A-Z].*(?:aste|[Cc]reate|ry again|sk the operators).*\.$/);
  expect(step?.text).not.toContain('{');
});

test('a refused client is corrected once a token is issued, which is told in words', () => {
  const token = { ...users, method: 'POST', route: `${CONNECTION}/oauth2/token` };
  const refused = { ...token, status: 400, tokenProblem: 'invalidRequest' };
  const limited = { ...token, status: 429, tokenProblem: 'wrongClientSecret' };
  expect(describeSetup([refused, limited], 'entra').problem?.title).toBe(
    'Wrong request for a token',
  );
  const { problem, steps, test: tested } = describeSetup([token, refused, limited], 'generic');
  expect([problem, tested, steps[0]?.title]).toEqual([undefined, undefined, 'Access token issued']);
});

test('the characters that a token lacks are counted', () => {
  const incomplete = { ...users, status: 401, tokenProblem: 'incomplete' };
  const textFor = (missing: number): string =>
    describeSetup([{ ...incomplete, missing }], 'okta').steps[0]?.text ?? '';
  expect(textFor(1)).toContain('is 1 character too short');
  expect(textFor(2)).toContain('is 2 characters too short');
});

test('any request is described in full sentences, for every identity provider', () => {
  const facts = fc.record<SetupFacts>(
    {
      at: fc.constant(at),
      method: fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD'),
      route: fc.constantFrom(
        ...[
          '/Users',
          '/Users/{id}',
          '/Groups',
          '/Groups/{id}',
          '/Bulk',
          '/oauth2/token',
          '/{proxy+}',
          '',
        ].map((path) => `${CONNECTION}${path}`),
      ),
      status: fc.constantFrom(200, 201, 204, 304, 400, 401, 403, 404, 409, 412, 429, 500, 501, 503),
      cause: fc.constantFrom(...CAUSES, 'later'),
      tokenProblem: fc.constantFrom(...TOKEN_PROBLEM_CODES, 'later'),
      missing: fc.nat(),
      lookup: fc.record({ attribute: fc.string(), isRandom: fc.boolean() }),
      count: fc.integer(),
      results: fc.nat(),
      name: fc.string({ minLength: 1 }),
      resourceId: fc.string(),
    },
    { requiredKeys: ['at', 'method', 'route', 'status'] },
  );
  fc.assert(
    fc.property(
      fc.array(facts, { maxLength: 8 }),
      fc.constantFrom(...IDENTITY_PROVIDERS, 'later'),
      (requests, identityProvider) => {
        const { steps, user, problem } = describeSetup(requests, identityProvider);
        expect(steps).toHaveLength(requests.length);
        for (const { title, text } of steps) {
          expect(title).toMatch(/^\S/);
          expect(text).toMatch(/\.$/);
          expect(text).not.toMatch(/\{(?:idp|attribute|test|tokenField)\}/);
        }
        expect(user === undefined || user.result === 'OK').toBe(true);
        expect(problem?.result).not.toBe('OK');
      },
    ),
  );
});

test('a user who is not there is neither a problem nor a connection test', () => {
  const read = { ...users, route: `${CONNECTION}/Users/{id}`, status: 404, cause: 'notThere' };
  expect(describeSetup([read], 'generic')).toMatchObject({ problem: undefined, test: undefined });
});
