import type { LoggedEvent } from '../../../directory/events/event';
import type { StreamMode } from '../../../directory/streams/stream';
import { eventClaims } from '../../../events/security-events/claims';
import { EVENT_URI, eventUris } from '../../../events/security-events/event-uris';
import type { JsonObject } from '../../../scim/json';
import { FIGURES } from './figures';

const TIME = '2016-03-20T20:17:24.000Z';

function loggedEvent(
  type: LoggedEvent['type'],
  subject: string,
  data: JsonObject,
  personal?: JsonObject,
): LoggedEvent {
  return {
    id: '01952c2c-0000-7000-8000-000000000000',
    type,
    connection: 'acme',
    subject,
    time: TIME,
    sequence: 1,
    position: 1,
    data,
    ...(personal === undefined ? {} : { personal }),
  };
}

/** Returns the claims of a figure that are about its event. */
function aboutEvent(figure: JsonObject): JsonObject {
  const { jti: _, iat: __, iss: ___, aud: ____, ...claims } = figure;
  return claims;
}

const OLD_USER = 'Users/2b2f880af6674ac284bae9381673d462';
const BJENSEN = 'Users/2819c223-7f76-453a-919d-413861904646';
const GROUP = 'Groups/176f397ec4c44b94b2cfcb759780b8c2';
const meta = { version: 'a330bc54f0671c9' };

const created = {
  ...FIGURES[4].events['urn:ietf:params:scim:event:prov:create:full'].data,
};
const replaced = FIGURES[8].events['urn:ietf:params:scim:event:prov:put:full'].data;

/** The figures that show what streams send, with the events that lead to them. */
const CASES: readonly (readonly [figure: keyof typeof FIGURES, StreamMode, LoggedEvent])[] = [
  [
    2,
    'notice',
    loggedEvent(
      'user.updated',
      OLD_USER,
      { reason: 'resync', requestId: FIGURES[2].txn },
      { user: { externalId: 'jdoe' } },
    ),
  ],
  [
    4,
    'full',
    loggedEvent(
      'user.created',
      'Users/44f6142df96bd6ab61e7521d9',
      { reason: 'scim' },
      { user: { externalId: 'jdoe', scim: created } },
    ),
  ],
  [
    5,
    'notice',
    loggedEvent(
      'user.created',
      'Users/44f6142df96bd6ab61e7521d9',
      { reason: 'scim' },
      {
        user: {
          externalId: 'jdoe',
          scim: { schemas: [], id: '', name: {}, userName: '', password: '', emails: [] },
        },
      },
    ),
  ],
  [
    8,
    'full',
    loggedEvent(
      'user.updated',
      BJENSEN,
      { reason: 'scim', write: { method: 'PUT', attributes: [] } },
      { user: { scim: { ...replaced, meta } } },
    ),
  ],
  [
    9,
    'notice',
    loggedEvent(
      'user.updated',
      BJENSEN,
      {
        reason: 'scim',
        write: {
          method: 'PUT',
          attributes: ['userName', 'externalId', 'name', 'roles', 'emails'],
        },
      },
      { user: { scim: { ...replaced, meta } } },
    ),
  ],
  [
    10,
    'full',
    loggedEvent('user.deleted', OLD_USER, { reason: 'scim' }, { user: { externalId: 'jDoe' } }),
  ],
  ...([14, 15, 16, 17, 18, 19] as const).map((figure) => {
    const { sub_id, txn, events } = FIGURES[figure];
    const [operation] = Object.values<JsonObject>(events);
    const data = { requestId: txn, operation };
    return [figure, 'notice', loggedEvent('request.completed', sub_id.uri.slice(1), data)] as const;
  }),
];

test.each(CASES)('the event of figure %s has its claims', (figure, mode, event) => {
  const { toe, connection, txn, ...claims } = eventClaims(event, mode) ?? {};
  expect({ toe, connection }).toEqual({ toe: 1458505044, connection: 'acme' });
  const { txn: shown, ...expected } = aboutEvent(FIGURES[figure]);
  expect(txn).toBe(shown ?? event.id);
  const { data } = Object.values<JsonObject>(expected['events'] as never)[0] ?? {};
  // A representation has more than the figures show: when the resource was created, for example.
  if (data === undefined) expect(claims).toEqual(expected);
  else expect(claims).toMatchObject(expected);
});

test('a membership is a PATCH of its group, as in figures 6 and 7', () => {
  const memberId = '2819c223-7f76-453a-919d-413861904646';
  const membership = { groupId: GROUP.slice(7), memberId, memberType: 'User' };
  const added = loggedEvent('group.member_added', `${GROUP}/members/${memberId}`, { membership });
  // The event knows neither the version nor the external id of the group.
  const sub_id = { format: 'scim', uri: `/${GROUP}` };
  expect(eventClaims(added, 'notice')).toMatchObject({
    sub_id,
    events: { [EVENT_URI.patch.notice]: { attributes: ['members'] } },
  });
  const { data } = FIGURES[6].events['urn:ietf:params:scim:event:prov:patch:full'];
  const value = [{ value: memberId, $ref: `/Users/${memberId}` }];
  expect(eventClaims(added, 'full')).toMatchObject({
    sub_id,
    events: {
      [EVENT_URI.patch.full]: {
        data: { ...data, Operations: [{ op: 'add', path: 'members', value }] },
      },
    },
  });
  const removed = { ...added, type: 'group.member_removed' } as const;
  expect(eventClaims(removed, 'full')?.events).toEqual({
    [EVENT_URI.patch.full]: {
      data: { ...data, Operations: [{ op: 'remove', path: `members[value eq "${memberId}"]` }] },
    },
  });
});

test('a PATCH in mode full sets what has changed, and removes what is gone', () => {
  const urn = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
  const scim = {
    schemas: [],
    userName: 'jdoe',
    name: { givenName: 'Jon' },
    [urn]: { department: 'Sales', manager: { value: '1' } },
    meta,
  };
  const attributes = ['name.givenName', `${urn}:department`, `${urn}:manager`, 'title'];
  const event = loggedEvent(
    'user.updated',
    BJENSEN,
    { write: { method: 'PATCH', attributes } },
    { user: { scim } },
  );
  expect(eventClaims(event, 'full')?.events).toEqual({
    [EVENT_URI.patch.full]: {
      version: meta.version,
      data: {
        schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
        Operations: [
          { op: 'replace', path: 'name.givenName', value: 'Jon' },
          { op: 'replace', path: `${urn}:department`, value: 'Sales' },
          { op: 'replace', path: `${urn}:manager`, value: { value: '1' } },
          { op: 'remove', path: 'title' },
        ],
      },
    },
  });
});

test('a user who is deactivated or comes back has two events in one token', () => {
  const write = { method: 'PATCH', attributes: ['active'] };
  const changed = ['active'];
  const deactivated = loggedEvent('user.deactivated', BJENSEN, { write, changed });
  expect(eventClaims(deactivated, 'notice')?.events).toEqual({
    [EVENT_URI.patch.notice]: { attributes: ['active'] },
    [EVENT_URI.deactivate]: {},
  });
  const reactivated = loggedEvent('user.reactivated', BJENSEN, { write, changed });
  expect(eventClaims(reactivated, 'notice')?.events).toEqual({
    [EVENT_URI.patch.notice]: { attributes: ['active'] },
    [EVENT_URI.activate]: {},
  });
  // Figure 11 has the second of them alone.
  expect(eventClaims(reactivated, 'notice')?.events).toMatchObject(FIGURES[11].events);
  const back = loggedEvent('user.reactivated', BJENSEN, {}, { user: { scim: { id: '1', meta } } });
  expect(eventClaims(back, 'notice')?.events).toEqual({
    [EVENT_URI.create.notice]: { version: meta.version, attributes: ['id'] },
    [EVENT_URI.activate]: {},
  });
});

test('a deleted user who comes back inactive is created, and is not activated', () => {
  const event = loggedEvent('user.updated', 'Users/1', { user: { id: '1' } });
  const names = Object.keys(eventClaims(event, 'notice')?.events ?? {});
  expect(names).toEqual(['urn:ietf:params:scim:event:prov:create:notice']);
});

test('a group that is replaced is patched in the mode full', () => {
  const write = { method: 'PUT', attributes: ['displayName'] };
  const scim = { displayName: 'People' };
  const event = loggedEvent('group.updated', GROUP, {
    group: { id: '1', scim },
    changed: [],
    write,
  });
  const events = eventClaims(event, 'full')?.events ?? {};
  expect(events).toEqual({
    'urn:ietf:params:scim:event:prov:patch:full': {
      data: {
        schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
        Operations: [{ op: 'replace', path: 'displayName', value: 'People' }],
      },
    },
  });
});

test('what was cut or erased is a notice, in every mode', () => {
  const changed = loggedEvent('user.updated', BJENSEN, { changed: ['title'] });
  const notice = { [EVENT_URI.patch.notice]: { attributes: ['title'] } };
  for (const mode of ['notice', 'full'] as const) {
    expect(eventClaims(changed, mode)?.events).toEqual(notice);
    expect(eventClaims({ ...changed, type: 'user.created' }, mode)?.events).toEqual({
      [EVENT_URI.create.notice]: { attributes: ['id'] },
    });
  }
});

test('connections have no tokens, and neither have memberships of a resync', () => {
  for (const type of ['connection.created', 'connection.updated', 'connection.deleted'] as const) {
    expect(eventClaims(loggedEvent(type, 'connections/acme', {}), 'full')).toBeUndefined();
  }
  const repeated = { reason: 'resync', membership: {} };
  const event = loggedEvent('group.member_added', `${GROUP}/members/1`, repeated);
  expect(eventClaims(event, 'full')).toBeUndefined();
});

test('the URIs are those that streams send: feed:remove of figure 3 is never sent', () => {
  const prefix = 'urn:ietf:params:scim:event';
  const notices = ['prov:create:notice', 'prov:patch:notice', 'prov:put:notice'];
  const others = ['feed:add', 'prov:delete', 'prov:activate', 'prov:deactivate', 'misc:asyncresp'];
  const uris = (names: readonly string[]): readonly string[] =>
    names.map((name) => `${prefix}:${name}`).sort();
  expect([...eventUris(new Set(['notice']))].sort()).toEqual(uris([...notices, ...others]));
  const full = notices.map((name) => name.replace('notice', 'full'));
  expect([...eventUris(new Set(['full']))].sort()).toEqual(uris([...notices, ...full, ...others]));
  expect(eventUris(new Set(['full']))).not.toContain(Object.keys(FIGURES[3].events)[0]);
});
