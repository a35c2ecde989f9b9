import type { Json, JsonObject } from '../../../scim/json';
import { LIMITS } from '../../../scim/limits';
import { applyPatch } from '../../../scim/patch/apply';
import { loggablePath, parsePath } from '../../../scim/patch/path';
import { parseOperations, PATCH_OP_URN, readPatchMessage } from '../../../scim/patch/request';
import { ENTERPRISE_USER_URN as ENTERPRISE } from '../../../scim/schema/enterprise-user';
import { USER_URN } from '../../../scim/schema/user';
import { USER_WITH_X as TYPE, X } from '../../support/extension';
import { errorOf } from '../../support/error-of';

const STRICT = { tolerant: false };
const TOLERANT = { tolerant: true };

function patch(sent: JsonObject, stored: JsonObject, rules = STRICT): Json {
  const operations = parseOperations(TYPE, [sent], rules);
  return applyPatch(TYPE, { userName: 'u', ...stored }, operations, rules);
}

describe('refusals say what is wrong, and where', () => {
  test.each<[JsonObject, string, string | undefined]>([
    [
      { op: 'add', path: 'emails[type eq "x"]!', value: 1 },
      '"!" cannot follow the brackets',
      'emails',
    ],
    [{ op: 'add', path: 'nosuch', value: 1 }, 'a User has no such attribute', 'nosuch'],
    [{ op: 'add', path: '!', value: 1 }, 'this is not the name of an attribute', undefined],
    [
      { op: 'add', path: `${X}[text eq "x"]`, value: 1 },
      'an extension has no values to filter',
      undefined,
    ],
    [
      { op: 'add', path: 'name.givenName[value pr]', value: 1 },
      'a sub-attribute has no values to filter',
      'name.givenName',
    ],
    [{ op: 'add', path: 'emails[nosuch pr]', value: 1 }, 'Path "emails[nosuch pr]": ', 'emails'],
    [{ op: 'add', path: 'title' }, 'A "add" operation needs a "value".', undefined],
    [
      { op: 'remove', path: 'title', value: 'x' },
      '"remove" takes no value. Select what to remove with a filter.',
      'title',
    ],
    [
      { op: 'add', value: 'x' },
      'Without a "path", the "value" of "add" must be an object',
      undefined,
    ],
    [{ op: 'add', value: { [X]: 'x' } }, `"${X}" must be an object`, X],
    [{ op: 'add', path: X, value: 'x' }, `"${X}" must be an object`, X],
    [
      { op: 'add', path: 'emails.value', value: 5 },
      '"emails.value" must be a string',
      'emails.value',
    ],
  ])('%j: %s', (sent, message, attribute) => {
    const error = errorOf(() => patch(sent, {}));
    expect(error.message).toContain(message);
    expect(error.attribute).toBe(attribute);
  });

  test('elements to remove that have nothing to identify them', () => {
    const error = errorOf(() =>
      patch(
        { op: 'remove', path: 'emails', value: [{ $ref: 'r' }] },
        { emails: [{ value: 'a' }] },
        TOLERANT,
      ),
    );
    expect(error.message).toContain('"{"$ref":"r"}" does not identify a value of "emails"');
  });

  test('elements to remove that are named in too many ways', () => {
    const names = ['formatted', 'streetAddress', 'locality', 'region', 'postalCode'];
    const value = Array.from({ length: 17 }, (_, bits) =>
      Object.fromEntries(names.map((name, bit) => [name, ((bits + 1) >> bit) & 1 ? 'x' : null])),
    );
    const stored = { addresses: [{ locality: 'l' }] };
    const removal = (count: number) => ({
      op: 'remove',
      path: 'addresses',
      value: value.slice(0, count),
    });
    expect(patch(removal(16), stored, TOLERANT)).toMatchObject(stored);
    // The same ways may be used again.
    expect(
      patch(
        { op: 'remove', path: 'addresses', value: [...value.slice(0, 16), value[0] ?? null] },
        stored,
        TOLERANT,
      ),
    ).toMatchObject(stored);
    expect(errorOf(() => patch(removal(17), stored, TOLERANT)).message).toBe(
      'The values to remove must be named by the same sub-attributes.',
    );
  });
});

describe('the message', () => {
  const message = (Operations: Json, rules = STRICT) =>
    readPatchMessage({ schemas: [PATCH_OP_URN], Operations }, rules);
  const one = { op: 'remove', path: 'title' };

  test('may have as many operations as the limit, and a path as long as a filter', () => {
    expect(message([one])).toEqual([one]);
    expect(message([], TOLERANT)).toEqual([]);
    expect(message(Array.from({ length: LIMITS.patchOperations }, () => one))).toHaveLength(1000);
    const long = { op: 'remove', Path: 'x'.repeat(LIMITS.filterLength) };
    expect(message([long])).toEqual([long]);
  });

  test.each<[Json, number, string]>([
    [[], 400, '"Operations" must be an array with at least one operation.'],
    ['x', 400, '"Operations" must be an array'],
    [[one, 5], 400, 'Operation 2 must be an object.'],
    [Array.from({ length: LIMITS.patchOperations + 1 }, () => one), 413, 'PATCH'],
    [
      [{ op: 'remove', path: 'x'.repeat(LIMITS.filterLength + 1) }],
      400,
      'is longer than 8192 characters',
    ],
  ])('is refused: %#', (operations, status, text) => {
    const error = errorOf(() => message(operations));
    expect([error.status, error.message]).toEqual([status, expect.stringContaining(text)]);
  });

  test('tolerant rules skip operations on unknown attributes and report their paths', () => {
    const skipped: string[] = [];
    const sent = [
      { op: 'add', path: 'nosuch', value: 1 },
      { op: 'add', value: { title: 't' } },
    ];
    const parsed = parseOperations(TYPE, sent, TOLERANT, (path) => skipped.push(path));
    expect([skipped, parsed.length]).toEqual([['nosuch'], 1]);
    expect(
      parseOperations(TYPE, [{ op: 'add', value: { title: undefined, nosuch: 1 } }], STRICT),
    ).toEqual([]);
  });

  test('the value of an extension may be null, in every operation', () => {
    const [operation] = parseOperations(TYPE, [{ op: 'add', value: { [X]: null } }], STRICT);
    expect(operation).toEqual({
      op: 'remove',
      path: { extension: X, attribute: undefined },
      value: null,
    });
  });
});

test.each<[string, string | undefined]>([
  ['title', 'title'], ['title.x', 'title'], ['name.givenName', 'name.givenName'],
  ['emails[value eq "secret"].display', 'emails.display'], ['emails[value eq "a]b"]', 'emails'],
  ['nosuch.part', 'nosuch'], ['name.givenName.secret', 'name.givenName'],
  ['emails[secret', 'emails'],
  [`${X}:text`, `${X}:text`], [`${X.toUpperCase()}:text[x]`, `${X}:text`],
  ['urn:other:2.0:User:secret', undefined], ['secret value', undefined], ['', undefined],
  ['1a', undefined], ['a'.repeat(41), undefined],
])('logs show %j as %j', (path, shown) => {
  expect(loggablePath(TYPE, path)).toBe(shown);
}); // prettier-ignore

test('paths are parsed once, unless they are long or many', () => {
  const parsed = parsePath(TYPE, 'emails[type eq "cached"].value');
  expect(parsePath(TYPE, 'emails[type eq "cached"].value')).toBe(parsed);
  const long = `emails[type eq "${'x'.repeat(256)}"]`;
  expect(parsePath(TYPE, long)).not.toBe(parsePath(TYPE, long));
  for (let index = 0; index < 500; index += 1) parsePath(TYPE, `emails[type eq "t${index}"]`);
  expect(parsePath(TYPE, 'emails[type eq "cached"].value')).not.toBe(parsed);
});

describe('more of PATCH', () => {
  const stored = {
    emails: [
      { value: 'a', type: 'work', primary: true },
      { value: 'b', type: 'home' },
    ],
  };
  test('the primary mark is only moved to an element that all else describes', () => {
    const replace = (filter: string) =>
      patch(
        { op: 'replace', path: `emails[${filter}].value`, value: 'n' },
        stored,
        TOLERANT,
      ) as JsonObject;
    expect(replace('type eq "HOME" and primary eq true')['emails']).toEqual([
      { value: 'a', type: 'work', primary: false },
      { value: 'n', type: 'home', primary: true },
    ]);
    expect(replace('type eq "home" and display eq "x" and primary eq true')['emails']).toHaveLength(
      3,
    );
    expect(replace('type eq "home" and primary eq false')['emails']).toHaveLength(3);
  });

  test('a readOnly value that is not assigned may be sent as none', () => {
    const send = (value: Json) => patch({ op: 'replace', path: 'groups', value }, {});
    expect([send(null), send([])]).toEqual([{ userName: 'u' }, { userName: 'u' }]);
    expect(errorOf(() => send([{ value: 'g' }])).scimType).toBe('mutability');
    expect(errorOf(() => patch({ op: 'replace', path: 'id', value: '' }, {})).scimType).toBe(
      'mutability',
    );
  });

  test('an attribute of an extension that is called schemas is no special one', () => {
    expect(patch({ op: 'add', path: `${USER_URN}:title`, value: 't' }, {})).toEqual({
      userName: 'u',
      title: 't',
    });
    expect(patch({ op: 'add', path: `${ENTERPRISE}:division`, value: 'd' }, {})).toEqual({
      userName: 'u',
      [ENTERPRISE]: { division: 'd' },
    });
  });

  test('an element without a value that was there before stays', () => {
    const emails = [{ type: 'other' }, { value: 'a', type: 'work' }];
    expect(
      patch(
        { op: 'replace', path: 'emails[type eq "work"].value', value: null },
        { emails },
        TOLERANT,
      ),
    ).toMatchObject({ emails: [{ type: 'other' }] });
    expect(
      patch(
        { op: 'add', path: 'emails[type eq "other"].display', value: 'd' },
        { emails },
        TOLERANT,
      ),
    ).toMatchObject({
      emails: [
        { type: 'other', display: 'd' },
        { value: 'a', type: 'work' },
      ],
    });
    expect(
      patch(
        { op: 'remove', path: 'addresses[type eq "x"].locality' },
        { addresses: [{ type: 'x', locality: 'l' }] },
        TOLERANT,
      ),
    ).toMatchObject({ addresses: [{ type: 'x' }] });
  });
});
