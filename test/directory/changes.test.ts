import fc from 'fast-check';
import { changesBetween } from '../../directory/log/attribute-changes';
import { ENTERPRISE_USER_URN } from '../../scim/schema/enterprise-user';
import type { Attributes } from '../../scim/resource/parse';

/** A change in the log names the attributes, with values only for those that it may show. */

const BEFORE: Attributes = {
  userName: 'bjensen@acme.example',
  active: true,
  name: { givenName: 'Barbara', familyName: 'Jensen' },
  emails: [{ value: 'bjensen@acme.example', type: 'work' }],
  phoneNumbers: [{ value: '+1 555 0100' }],
  [ENTERPRISE_USER_URN]: { department: 'Tours', manager: { value: 'm1' } },
};

test.each<[string, Attributes | undefined, Attributes, readonly object[]]>([
  ['no change', BEFORE, BEFORE, []],
  [
    'a changed value',
    BEFORE,
    { ...BEFORE, active: false },
    [{ attribute: 'active', from: true, to: false }],
  ],
  [
    'a changed sub-attribute',
    BEFORE,
    { ...BEFORE, name: { givenName: 'Babs', familyName: 'Jensen' } },
    [{ attribute: 'name.givenName', from: 'Barbara', to: 'Babs' }],
  ],
  [
    'the values of a multi-valued attribute',
    BEFORE,
    { ...BEFORE, emails: [{ value: 'babs@acme.example' }, { value: 'b@acme.example' }] },
    [
      {
        attribute: 'emails',
        from: ['bjensen@acme.example'],
        to: ['babs@acme.example', 'b@acme.example'],
      },
    ],
  ],
  [
    'only the name, if the values that it shows are equal',
    BEFORE,
    { ...BEFORE, emails: [{ value: 'bjensen@acme.example', type: 'home' }] },
    [{ attribute: 'emails' }],
  ],
  [
    'only the name of an attribute without shown values',
    BEFORE,
    { ...BEFORE, phoneNumbers: [] },
    [{ attribute: 'phoneNumbers' }],
  ],
  [
    'attributes of an extension, after its URN',
    BEFORE,
    { ...BEFORE, [ENTERPRISE_USER_URN]: { department: 'Sales' } },
    [
      { attribute: `${ENTERPRISE_USER_URN}:department`, from: 'Tours', to: 'Sales' },
      { attribute: `${ENTERPRISE_USER_URN}:manager`, from: 'm1' },
    ],
  ],
  [
    'only the name of an attribute of a custom extension',
    {},
    { 'urn:acme:badge': { pin: '1234' } },
    [{ attribute: 'urn:acme:badge:pin' }],
  ],
  [
    'every attribute of a new resource',
    undefined,
    { userName: 'new' },
    [{ attribute: 'userName', to: 'new' }],
  ],
])('a change reports %s', (_, before, after, changes) => {
  expect(changesBetween(before, after)).toEqual(changes);
});

test('attributes that are not listed have no values, and attributes and values are limited', () => {
  const json = fc.jsonValue() as fc.Arbitrary<Attributes[string]>;
  const name = fc.string({ minLength: 1 }).map((text) => `x${text}`);
  fc.assert(
    fc.property(fc.dictionary(name, json), fc.dictionary(name, json), (before, after) => {
      for (const change of changesBetween(before, after))
        expect(Object.keys(change)).toEqual(['attribute']);
    }),
  );
  const many = Object.fromEntries(Array.from({ length: 90 }, (_, index) => [`a${index}`, 1]));
  expect(changesBetween({}, many)).toHaveLength(50);
  const [emails] = changesBetween(
    {},
    { emails: Array.from({ length: 40 }, () => ({ value: 'x'.repeat(1000) })) },
  );
  expect(emails?.to).toEqual(Array.from({ length: 10 }, () => 'x'.repeat(256)));
});
