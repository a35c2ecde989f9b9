import { bindFilter } from '../../../scim/filter/bind';
import { matches } from '../../../scim/filter/evaluate';
import { parseFilter } from '../../../scim/filter/parse';
import { ENTERPRISE_USER_URN } from '../../../scim/schema/enterprise-user';
import { USER } from '../../../scim/schema/resource-type';

const bjensen = {
  id: '01-A',
  externalId: 'Ext',
  userName: 'BJensen',
  name: { familyName: 'Jensen', givenName: 'Barbara' },
  active: true,
  title: '',
  emails: [
    { value: 'b@example.com', type: 'work', primary: true },
    { value: 'home@example.org', type: 'home' },
  ],
  [ENTERPRISE_USER_URN]: { department: 'Tours', manager: { value: 'M1' } },
  meta: { resourceType: 'User', created: '2026-01-02T03:04:05.678Z', version: 'W/"a"' },
};

function match(filter: string): boolean {
  return matches(bindFilter(parseFilter(filter), USER), bjensen);
}

describe('a filter on a user', () => {
  test.each([
    // caseExact: false for userName, true for id and externalId (RFC 7643 sections 3.1, 4.1.1).
    ['userName eq "bjensen"', true],
    ['USERNAME eq "bjensen"', true],
    ['externalId eq "ext"', false],
    ['externalId eq "Ext"', true],
    ['id eq "01-a"', false],
    ['userName sw "bj" and userName ew "SEN" and userName co "jen"', true],
    ['userName gt "a" and userName lt "c"', true],
    ['userName ge "bjensen" and userName le "bjensen"', true],
    // One matching value of a multi-valued attribute is enough (RFC 7644 section 3.4.2.2).
    ['emails.value eq "HOME@example.org"', true],
    ['emails eq "home@example.org"', true],
    ['emails.type eq "work" and emails.value eq "home@example.org"', true],
    ['emails[type eq "work" and value eq "home@example.org"]', false],
    ['emails[type eq "work"].value eq "b@example.com"', true],
    ['emails[type eq "work"].value eq "home@example.org"', false],
    ['emails[not (type eq "work")]', true],
    ['emails.primary eq true', true],
    // A complex attribute is compared by its "value".
    [`${ENTERPRISE_USER_URN}:manager eq "M1"`, true],
    [`${ENTERPRISE_USER_URN.toUpperCase()}:department eq "tours"`, true],
    ['urn:ietf:params:scim:schemas:core:2.0:User:name.familyName eq "jensen"', true],
    // `pr` treats empty values as absent.
    ['title pr', false],
    ['nickName pr', false],
    ['name pr', true],
    ['emails pr', true],
    [`${ENTERPRISE_USER_URN}:department pr`, true],
    // An unassigned attribute equals null (RFC 7643 section 2.5).
    ['nickName eq null', true],
    ['userName eq null', false],
    ['userName ne null', true],
    ['nickName ne "x"', true],
    ['nickName eq "x"', false],
    ['not (nickName eq "x")', true],
    // Times are compared as instants, regardless of their zone.
    ['meta.created eq "2026-01-02T04:04:05.678+01:00"', true],
    ['meta.created gt "2026-01-02T03:04:05Z"', true],
    ['meta.created lt "2026-01-02T03:04:05Z"', false],
    ['meta.created sw "2026-01"', true],
    ['meta.created gt "2015-10-10T14:38:21.8617979-07:00"', true],
    ['active eq true or userName eq "x" and title pr', true],
    ['(active eq true or userName eq "x") and title pr', false],
  ])('%s evaluates to %p', (filter, expected) => {
    expect(match(filter)).toBe(expected);
  });

  test('ignores case, even where the lower case of a letter depends on the next one', () => {
    const greek = { userName: 'ΟΔΟΣΑ' };
    for (const filter of ['userName sw "ΟΔΟΣ"', 'userName eq "οδοσα"', 'userName co "δος"']) {
      expect(matches(bindFilter(parseFilter(filter), USER), greek)).toBe(true);
    }
  });

  test.each([
    ['nosuch eq "a"', 'invalidFilter', 'position 1'],
    ['userName eq "a" and nosuch pr', 'invalidFilter', 'position 21'],
    ['name eq "a"', 'invalidFilter', 'complex'],
    ['active gt true', 'invalidFilter', '"gt"'],
    ['active eq "true"', 'invalidFilter', 'true or false'],
    ['userName eq 7', 'invalidFilter', 'double quotes'],
    ['meta.created gt "yesterday"', 'invalidFilter', 'date'],
    ['title gt null', 'invalidFilter', 'null'],
    ['emails[nosuch eq "a"]', 'invalidFilter', 'position 8'],
    ['emails.value[type eq "a"]', 'invalidFilter', 'position 1'],
    ['password eq "x"', 'sensitive', 'never returned'],
    ['__proto__ pr', 'invalidFilter', 'position'],
    ['constructor eq "a"', 'invalidFilter', 'no attribute'],
    ['name.toString pr', 'invalidFilter', 'no attribute'],
  ])('%s is rejected with %s', (filter, scimType, message) => {
    expect(() => match(filter)).toThrow(expect.objectContaining({ scimType }));
    expect(() => match(filter)).toThrow(message);
  });
});
