import fc from 'fast-check';
import * as access from '../../../scim/errors/access-errors';
import * as filter from '../../../scim/errors/filter-errors';
import * as patch from '../../../scim/errors/patch-errors';
import * as request from '../../../scim/errors/request-errors';
import * as resource from '../../../scim/errors/resource-errors';
import { kindOf, quoted, type ScimError, type ErrorCode } from '../../../scim/errors/scim-error';
import * as value from '../../../scim/errors/value-errors';
import { bindFilter } from '../../../scim/filter/bind';
import { parseFilter } from '../../../scim/filter/parse';
import { loggablePath, parsePath } from '../../../scim/patch/path';
import { parseResource } from '../../../scim/resource/parse';
import { GROUP, USER } from '../../../scim/schema/resource-type';
import { USER_URN } from '../../../scim/schema/user';
import { errorOf } from '../../support/error-of';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

test.each<[ScimError, number, ErrorCode]>([
  [access.unauthorized(), 401, 'tokenRefused'],
  [access.scopeMissing('users:read'), 403, 'scopeMissing'],
  [access.connectionDisabled(), 403, 'connectionDisabled'],
  [access.groupsNotProvisioned(), 501, 'groupsOff'],
  [resource.notUnique('userName', 'User'), 409, 'duplicateUser'],
  [resource.notUnique('displayName', 'Group'), 409, 'duplicateGroup'],
  [value.requiredMissing('userName'), 400, 'missingValue'],
  [value.wrongValue('active', 'true or false', 'x'), 400, 'wrongValue'],
  [resource.unknownMember('x'), 400, 'unknownMember'],
  [patch.invalidPath('x', 'a User has no such attribute', 'x'), 400, 'wrongPath'],
  [patch.noMatch('emails'), 400, 'noTarget'],
  [value.readOnlyAttribute('groups'), 400, 'immutableValue'],
  [request.unknownSchema('urn:x', 'User'), 400, 'malformed'],
  [filter.sensitiveAttribute('password', 'filtered on'), 403, 'wrongFilter'],
  [filter.invalidFilter(0, 'x'), 400, 'wrongFilter'],
  [patch.failedReference('x'), 409, 'notThere'],
  [request.bodyMissing(), 400, 'malformed'],
  [resource.notFound('User my-endpoint'), 404, 'notThere'],
  [request.unknownEndpoint('/Userz'), 404, 'unsupported'],
  [request.methodNotAllowed('PUT', ['GET']), 405, 'unsupported'],
  [resource.versionMismatch('W/"1"'), 412, 'changedMeanwhile'],
  [request.bodyTooLarge(1), 413, 'tooLarge'],
  [request.unsupportedMediaType('text/plain'), 415, 'malformed'],
  [resource.directoryBusy(undefined), 503, 'busy'],
  [resource.internalError(undefined), 500, 'fault'],
])('"%s" has status %i and code %s', (error, status, code) => {
  expect([error.status, error.code]).toEqual([status, code]);
});

test('a wrong value names the attribute, what was expected and the kind received', () => {
  const body = { schemas: [USER_URN], userName: 'a', EMAILS: 'secret' };
  const { attribute, expected, received, message } = errorOf(() => parseResource(USER, body));
  expect({ attribute, expected, received }).toEqual({
    attribute: 'emails',
    expected: 'an array',
    received: 'a string',
  });
  expect(message).toBe('"emails" must be an array.');
});

test('a wrong value in a list is attributed to the attribute without an index', () => {
  const emails = [{ value: 'a@example.com' }, { value: 7 }];
  const error = errorOf(() => parseResource(USER, { schemas: [USER_URN], userName: 'a', emails }));
  expect(error.message).toContain('emails[1].value');
  expect(error).toMatchObject({ attribute: 'emails.value', received: 'a number' });
});

test.each([
  ['shoeSize', 'shoeSize'],
  ['emails[value eq "secret"].valeu', 'emails.valeu'],
  [`${ENTERPRISE}:costCentre`, `${ENTERPRISE}:costCentre`],
  ['urn:secret:costCentre', undefined],
  [`${ENTERPRISE}:a secret`, undefined],
  ['emails[value eq "secret": no].x', 'emails.x'],
  ['shoeSize[value eq "secret"].x', 'shoeSize'],
  ['password.hunter2', 'password'],
  ['scim_acme_secret', undefined],
  ['emails[value eq "a].john.doe@x.com"', 'emails'],
  ['emails[value eq "b].smith[x"', 'emails'],
])('of the refused path %s, logs show %s', (path, shown) => {
  const error = errorOf(() => parsePath(USER, path));
  expect([error.code, error.attribute]).toEqual(['wrongPath', shown]);
});

test('no field but the message contains a value that the client sent', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 8 }), (secret) => {
      const errors = [
        resource.unknownMember(secret),
        request.unknownSchema(secret, 'User'),
        request.unknownEndpoint(secret),
        request.unsupportedMediaType(secret),
        patch.failedReference(secret),
        patch.unknownOperation(secret),
        value.wrongValue('userName', 'a string', { [secret]: secret }),
        patch.invalidPath(secret, 'no', loggablePath(GROUP, `emails[value eq "${secret}"].value`)),
      ];
      for (const { attribute, expected, received, code, scimType } of errors) {
        expect(JSON.stringify([attribute, expected, received, code, scimType])).not.toContain(
          JSON.stringify(secret).slice(1, -1),
        );
      }
    }),
  );
});

test('a filter that does not fit is attributed to the whole path of the attribute', () => {
  const error = errorOf(() => bindFilter(parseFilter('emails.value gt 5'), USER));
  expect([error.code, error.attribute]).toEqual(['wrongFilter', 'emails.value']);
});

test('a long text is shortened where a message quotes it', () => {
  expect(quoted('x'.repeat(10_000))).toHaveLength(203);
  expect(request.unknownEndpoint('x'.repeat(10_000)).message.length).toBeLessThan(400);
});

test('the kind of a value says nothing of its content', () => {
  const values = [undefined, null, 'a', 1, true, [1, 2], { a: 1 }];
  expect(values.map(kindOf)).toEqual([
    'nothing',
    'null',
    'a string',
    'a number',
    'true or false',
    'a list of 2',
    'an object',
  ]);
});
