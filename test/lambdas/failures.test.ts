import fc from 'fast-check';
import { causeOf } from '../../idp/explanations/causes';
import { FailureLimits } from '../../lambdas/observability/failure-limits';
import { namesInBody, subjectOf } from '../../lambdas/observability/failure-subject';
import { badRequest, notUnique, ScimError } from '../../scim/errors/scim-error';
import { resourceTypesWith } from '../../scim/schema/resource-type';

const types = resourceTypesWith([]);

test.each<[ScimError, 'User' | 'Group' | undefined, string]>([
  [new ScimError(401, 'x'), 'User', 'tokenRefused'],
  [new ScimError(403, 'The bearer token lacks the scope users:read.'), 'User', 'scopeMissing'],
  [new ScimError(403, 'This connection is disabled.'), 'User', 'connectionDisabled'],
  [notUnique('userName', 'User'), 'User', 'duplicateUser'],
  [notUnique('displayName', 'Group'), 'Group', 'duplicateGroup'],
  [new ScimError(501, 'x'), 'Group', 'groupsOff'],
  [badRequest('invalidValue', '"userName" is required.'), 'User', 'missingValue'],
  [badRequest('invalidValue', '"active" must be true or false.'), 'User', 'wrongValue'],
  [
    badRequest('invalidValue', 'Member "x" is neither a user nor a group of this connection.'),
    'Group',
    'unknownMember',
  ],
  [badRequest('invalidPath', 'x'), 'User', 'wrongPath'],
  [badRequest('invalidValue', '"schemas" names "urn:x", which a User does not have.'), 'User', 'malformed'],
  [new ScimError(403, '"password" is never returned.', { scimType: 'sensitive' }), 'User', 'wrongFilter'],
  [new ScimError(409, 'What bulkId "x" stands for could not be created.'), 'User', 'notThere'],
  [badRequest('invalidFilter', 'x'), 'User', 'wrongFilter'],
  [badRequest('invalidSyntax', 'x'), undefined, 'malformed'],
  [new ScimError(404, 'User x was not found.'), 'User', 'notThere'],
  [new ScimError(404, 'There is no such endpoint.'), undefined, 'unsupported'],
  [new ScimError(405, 'x'), 'User', 'unsupported'],
  [new ScimError(503, 'x'), 'User', 'busy'],
  [new ScimError(500, 'x'), 'User', 'fault'],
])('%s is the cause of %s %s', ({ status, scimType, message: detail }, resourceType, cause) => {
  expect(causeOf({ status, scimType, detail, resourceType })).toBe(cause);
});

test('what is said of a request names attributes and kinds, and never a value', () => {
  expect(subjectOf('"emails" must be an array.', types, '{"EMAILS": "secret"}')).toEqual({
    attribute: 'emails',
    expectation: 'emails must be an array',
    received: 'a text',
  });
  expect(subjectOf('Path "shoeSize": there is no such attribute.', types, '')).toMatchObject({ attribute: 'shoeSize' });
  const attributes = [
    'emails[value eq "secret"].valeu',
    'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:costCentre',
    'urn:secret:costCentre',
    'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:a secret',
    'emails[value eq "secret": no].x',
    'shoeSize[value eq "secret"].x',
  ].map((path) => subjectOf(`Path "${path}": no.`, types, '').attribute);
  expect(attributes).toEqual([
    'emails.valeu',
    'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:costCentre',
    undefined,
    undefined,
    'emails',
    'shoeSize',
  ]);
  expect(subjectOf('Path "password.hunter2": no.', types, '').attribute).toBe('password');
  expect(subjectOf('Path "scim_acme_secret": no.', types, '').attribute).toBeUndefined();
  expect(subjectOf('"secret" must be an array.', types, '{}').attribute).toBeUndefined();
});

test('whatever is quoted in a message, nothing but names of attributes comes through', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 8 }), (secret) => {
      const messages = [
        `"${secret}" must be text.`,
        `Member "${secret}" is no.`,
        `Filter, position 3: but "${secret}".`,
        `Path "emails[value eq "${secret}"].value": there is no such attribute.`,
      ];
      for (const message of messages) {
        const { attribute, expectation, received } = subjectOf(message, types, JSON.stringify({ [secret]: secret }));
        const known =
          attribute === undefined ||
          types.user.resolve(attribute) !== undefined ||
          types.group.resolve(attribute) !== undefined;
        expect(known).toBe(true);
        if (attribute === undefined) expect([expectation, received]).toEqual([undefined, undefined]);
      }
    }),
  );
});

test('names are those that identity providers look people up by', () => {
  expect(namesInBody('{"UserName": "a", "externalId": "e", "password": "p"}')).toEqual({ name: 'a', externalId: 'e' });
  expect(namesInBody('{"userName": "a\\n\\nWhat to do: b"}').name).toBe('a What to do: b');
  expect(namesInBody('not json')).toEqual({ name: undefined, externalId: undefined });
  expect(namesInBody(JSON.stringify({ userName: 'x'.repeat(1000) })).name).toHaveLength(256);
});

describe('a burst', () => {
  test('is written down to a limit, and what is not is counted with the next one', () => {
    const limits = new FailureLimits();
    const counts = Array.from({ length: 100 }, () => limits.take('c', 'cause', 0));
    expect(counts.filter((count) => count !== undefined)).toEqual([...Array.from({ length: 25 }, () => 1), 25, 50]);
    for (let index = 0; index < 10; index += 1) expect(limits.take('c', 'cause', 1)).toBeUndefined();
    expect(limits.take('c', 'cause', 60_000)).toBe(11);
    expect(limits.take('c', 'cause', 60_001)).toBe(1);
  });

  test('of one connection or cause does not hide another', () => {
    const limits = new FailureLimits();
    for (let index = 0; index < 100; index += 1) limits.take('c', 'cause', 0);
    expect([limits.take('c', 'other', 0), limits.take('d', 'cause', 0)]).toEqual([1, 1]);
  });

  test('of ever new causes is bounded, too', () => {
    const limits = new FailureLimits();
    const counts = Array.from({ length: 5000 }, (_, index) => limits.take('c', `cause ${index}`, 0));
    expect(counts.filter((count) => count !== undefined)).toHaveLength(20);
  });
});
