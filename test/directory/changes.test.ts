import fc from 'fast-check';
import { changesBetween } from '../../directory/log/attribute-changes';
import { ENTERPRISE_USER_URN } from '../../scim/schema/enterprise-user';
import type { Attributes } from '../../scim/resource/parse';

/** What the log tells of a change: attributes by name, and values only of those that it may show. */

const BEFORE: Attributes = {
  userName: 'bjensen@acme.example',
  active: true,
  name: { givenName: 'Barbara', familyName: 'Jensen' },
  emails: [{ value: 'bjensen@acme.example', type: 'work' }],
  phoneNumbers: [{ value: '+1 555 0100' }],
  [ENTERPRISE_USER_URN]: { department: 'Tours', manager: { value: 'm1' } },
};

test.each<[string, Attributes | undefined, Attributes, readonly object[]]>([
  ['nothing', BEFORE, BEFORE, []],
  [
    'a value',
    BEFORE,
    { ...BEFORE, active: false },
    [{ attribute: 'active', from: true, to: false }],
  ],
  [
    'a sub-attribute',
    BEFORE,
    { ...BEFORE, name: { givenName: 'Babs', familyName: 'Jensen' } },
    [{ attribute: 'name.givenName', from: 'Barbara', to: 'Babs' }],
  ],
  [
    'values of several',
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
    'a part of several that is not shown',
    BEFORE,
    { ...BEFORE, emails: [{ value: 'bjensen@acme.example', type: 'home' }] },
    [{ attribute: 'emails' }],
  ],
  ['what is not shown', BEFORE, { ...BEFORE, phoneNumbers: [] }, [{ attribute: 'phoneNumbers' }]],
  [
    'an extension',
    BEFORE,
    { ...BEFORE, [ENTERPRISE_USER_URN]: { department: 'Sales' } },
    [
      { attribute: `${ENTERPRISE_USER_URN}:department`, from: 'Tours', to: 'Sales' },
      { attribute: `${ENTERPRISE_USER_URN}:manager`, from: 'm1' },
    ],
  ],
  [
    'an extension of its own',
    {},
    { 'urn:acme:badge': { pin: '1234' } },
    [{ attribute: 'urn:acme:badge:pin' }],
  ],
  ['what was not there', undefined, { userName: 'new' }, [{ attribute: 'userName', to: 'new' }]],
])('%s', (_, before, after, changes) => {
  expect(changesBetween(before, after)).toEqual(changes);
});

test('of what is not on the list no value is told, and what is told has an end', () => {
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
