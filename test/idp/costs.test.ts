import { join } from 'node:path';
import fc from 'fast-check';
import { GENERIC } from '../../idp/profiles/generic';
import { StepCounter } from '../support/step-counter';

/*
 * The cost of reading a request grows with its size and not with the square of it, whatever it
 * contains. Each input is grown from a few hundred to a few thousand tokens.
 */

const counter = new StepCounter(
  `
  import { rewriteMessage, rewriteOperations, rewriteProjection, rewriteQuery, rewriteResource }
    from './idp/profiles/profile';
  import { GENERIC } from './idp/profiles/generic';
  import { LIMITS } from './scim/limits';
  import { parseFilter } from './scim/filter/parse';
  import { bindFilter } from './scim/filter/bind';
  import { applyPatch } from './scim/patch/apply';
  import { foldMembershipOperations, isMembersOperation } from './scim/patch/memberships';
  import { parseOperations } from './scim/patch/request';
  import { parseResource } from './scim/resource/parse';
  import { unknownAttributes } from './scim/resource/unknown';
  import { USER, GROUP } from './scim/schema/resource-type';

  // Most limits would hide the growth; those of depth guard the stack.
  for (const name of Object.keys(LIMITS)) if (!name.endsWith('Depth')) LIMITS[name] = 1e9;

  const STORED = { userName: 'u', emails: [{ value: 'a@x', type: 'work' }] };

  const ways = {
    resource(profile, type, body) {
      const rewritten = rewriteResource(profile, type, body);
      unknownAttributes(type, rewritten);
      parseResource(type, rewritten);
    },
    operations(profile, type, operations) {
      rewriteMessage(profile, { Operations: operations });
      const sent = rewriteOperations(profile, type, operations);
      const parsed = parseOperations(type, sent, profile, () => {});
      applyPatch(type, STORED, parsed.filter((each) => !isMembersOperation(each)), profile);
      foldMembershipOperations(parsed.filter(isMembersOperation));
    },
    filter(profile, type, filter) {
      const query = rewriteQuery(profile, type, { filter });
      bindFilter(parseFilter(query.filter), type);
    },
    projection(profile, type, attributes) {
      rewriteProjection(profile, type, { attributes });
    },
  };

  globalThis.run = (rewriter, way, typeName, json) => {
    const rewriters = GENERIC.rewriters.filter(({ name }) => rewriter === '' || name === rewriter);
    try {
      ways[way]({ ...GENERIC, rewriters }, typeName === 'User' ? USER : GROUP, JSON.parse(json));
    } catch (error) {
      if (error.name !== 'ScimError') throw error;
    }
  };
  `,
  join(__dirname, '../..'),
);

beforeAll(() => counter.start());
afterAll(() => {
  counter.stop();
});

/** Pieces of what clients send, from which patterns and parsers have to tell the right ones. */
const TOKEN = fc.constantFrom(
  ...['[', ']', '"', '\\"', '\\', "'", '(', ')', '.', ':', ' ', '{', '}', '/', ','],
  ...['emails', 'members', 'value', 'manager', 'department', 'name.givenName', 'urn:', 'type'],
  ...[' eq ', ' and ', ' or ', 'not ', ' pr', 'eq', 'true', '0', '-1.5', 'null', '"a"', "'b'"],
  ...['urn:ietf:params:scim:schemas:extension:enterprise:2.0:User', '\u0130', '\ud800'],
);
const TOKENS = fc.array(TOKEN, { minLength: 1, maxLength: 5 }).map((tokens) => tokens.join(''));

/** Ways to grow a request: by the length of a text, and by the number of its parts. */
const GROWTH: Readonly<
  Record<string, (token: string, size: number) => readonly [string, unknown]>
> = {
  'a long filter': (token, size) => ['filter', `userName eq ${token.repeat(size)}`],
  'a filter of many terms': (token, size) => ['filter', list(size, () => token).join(' or ')],
  'a long attribute name': (token, size) => ['resource', { [token.repeat(size)]: 'x' }],
  'a long path': (token, size) => [
    'operations',
    [{ op: 'add', path: `emails${token.repeat(size)}`, value: 'x' }],
  ],
  'a long filter in a path': (token, size) => [
    'operations',
    [{ op: 'add', path: `emails[value eq ${token.repeat(size)}]`, value: 'x' }],
  ],
  'a long value': (token, size) => [
    'operations',
    [{ op: 'add', path: 'emails', value: token.repeat(size) }],
  ],
  'many names': (token, size) => ['resource', members(size, (index) => `${token}${index}`)],
  'many spellings of a name': (_token, size) => ['resource', members(size, spelling)],
  'many paths as names': (token, size) => [
    'resource',
    members(size, (index) => `emails[${token}${index}].value`),
  ],
  'many names in an extension': (token, size) => [
    'resource',
    { [ENTERPRISE]: members(size, (index) => `${token}.${index}`) },
  ],
  'many names without a path': (token, size) => [
    'operations',
    [{ op: 'add', value: members(size, (index) => `${token}${index}`) }],
  ],
  'many operations': (token, size) => [
    'operations',
    list(size, (index) => ({ op: 'Add', path: `${token}${index}`, value: token })),
  ],
  'many elements': (token, size) => [
    'resource',
    { emails: list(size, (index) => ({ value: token + String(index), type: token })) },
  ],
  'many names in an element': (token, size) => [
    'resource',
    { emails: [members(size, (index) => `${token}${index}`)] },
  ],
  'many elements to remove': (token, size) => [
    'operations',
    [{ op: 'remove', path: 'emails', value: list(size, (index) => token + String(index)) }],
  ],
  'many members to remove': (token, size) => [
    'operations',
    [{ op: 'remove', path: 'members', value: list(size, (index) => token + String(index)) }],
  ],
  'many schemas': (token, size) => ['resource', { schemas: list(size, () => token) }],
  'many attributes in a projection': (token, size) => ['projection', list(size, () => token)],
  'a long attribute in a projection': (token, size) => ['projection', [token.repeat(size)]],
};

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

function list<T>(size: number, element: (index: number) => T): T[] {
  return Array.from({ length: size }, (_, index) => element(index));
}

function members(size: number, name: (index: number) => string): object {
  return Object.fromEntries(list(size, (index) => [name(index), 'x']));
}

/** Returns one of the 4,096 spellings of an attribute. */
function spelling(index: number): string {
  return Array.from('organization', (character, bit) =>
    ((index >> bit) & 1) === 1 ? character.toUpperCase() : character,
  ).join('');
}

const SMALL = 200;
const FACTOR = 8;

/** One rewriter at a time: among all of them the growth of one would not show. */
const REWRITERS = ['', ...GENERIC.rewriters.map(({ name }) => name)];

test.each(Object.entries(GROWTH))('%s costs a linear number of steps', async (_name, grow) => {
  for (const rewriter of REWRITERS) {
    await fc.assert(
      fc.asyncProperty(TOKENS, fc.constantFrom('User', 'Group'), async (token, type) => {
        const cost = (size: number): Promise<number> => {
          const [way, input] = grow(token, size);
          return counter.count(rewriter, way, type, JSON.stringify(input));
        };
        const [small, large] = [await cost(SMALL), await cost(SMALL * FACTOR)];
        // Quadratic growth would be a factor of 64.
        expect(large / small).toBeLessThan(FACTOR * 1.5);
      }),
      { numRuns: 2 },
    );
  }
});
