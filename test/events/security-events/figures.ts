/*
 * The tokens that RFC 9967 shows, by the numbers of its figures. Ids that the RFC shortens are
 * shortened here, too.
 */

const FEEDS = ['https://scim.example.com/Feeds/98d52461fa5bbc879593b7754'];
const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const EVENT = 'urn:ietf:params:scim:event';

const CHANGED = {
  jti: '6164f3bbf6ff41a88dc94f18cb0620e8',
  iat: 1458505044,
  iss: 'https://scim.example.com',
  aud: FEEDS,
};

const CREATED = {
  jti: '4d3559ec67504aaba65d40b0363faad8',
  iat: 1458496404,
  iss: 'https://scim.example.com',
  aud: [...FEEDS, 'https://scim.example.com/Feeds/5d7604516b1d08641d7676ee7'],
  sub_id: { format: 'scim', uri: '/Users/44f6142df96bd6ab61e7521d9', externalId: 'jdoe' },
};

const OLD_USER = '/Users/2b2f880af6674ac284bae9381673d462';
const BJENSEN = { format: 'scim', uri: '/Users/2819c223-7f76-453a-919d-413861904646' };
const GROUP = {
  format: 'scim',
  uri: '/Groups/176f397ec4c44b94b2cfcb759780b8c2',
  externalId: 'crmUsers',
};

const FEED = 'https://scim.example.com';
const TXN = '734f0614e3274f288f93ac74119dcf78';
const BULK_TXN = '2d80e537a3f64622b0347b641ebc8f44';
const VERSION = 'W/"huJj29dMNgu3WXPD"';

/** Figures 1 to 11 and 14 to 19. Figures 12 and 13 are a request and its response. */
export const FIGURES = {
  1: {
    iss: 'issuer.example.com',
    iat: 1508184845,
    aud: 'aud.example.com',
    sub_id: { format: 'scim', uri: OLD_USER, externalId: 'alice@example.com' },
    events: {},
  },
  2: {
    ...CHANGED,
    txn: 'b7b953f11cc6489bbfb87834747cc4c1',
    sub_id: { format: 'scim', uri: OLD_USER, externalId: 'jdoe' },
    events: { [`${EVENT}:feed:add`]: {} },
  },
  3: {
    ...CHANGED,
    sub_id: { format: 'scim', uri: OLD_USER, externalId: 'jdoe' },
    events: { [`${EVENT}:feed:remove`]: {} },
  },
  4: {
    ...CREATED,
    events: {
      [`${EVENT}:prov:create:full`]: {
        data: {
          schemas: [USER],
          emails: [{ type: 'work', value: 'jdoe@example.com' }],
          userName: 'jdoe',
          name: { givenName: 'John', familyName: 'Doe' },
        },
      },
    },
  },
  5: {
    ...CREATED,
    events: {
      [`${EVENT}:prov:create:notice`]: {
        attributes: ['id', 'name', 'userName', 'password', 'emails'],
      },
    },
  },
  6: {
    ...CHANGED,
    sub_id: GROUP,
    events: {
      [`${EVENT}:prov:patch:full`]: {
        version: 'a330bc54f0671c9',
        data: {
          schemas: [PATCH_OP],
          Operations: [
            {
              op: 'add',
              path: 'members',
              value: [
                {
                  display: 'Babs Jensen',
                  $ref: '/Users/2819c223...413861904646',
                  value: '2819c223-7f76-453a-919d-413861904646',
                },
              ],
            },
          ],
        },
      },
    },
  },
  7: {
    ...CHANGED,
    sub_id: GROUP,
    events: {
      [`${EVENT}:prov:patch:notice`]: { attributes: ['members'], version: 'a330bc54f0671c9' },
    },
  },
  8: {
    ...CHANGED,
    sub_id: BJENSEN,
    events: {
      [`${EVENT}:prov:put:full`]: {
        version: 'a330bc54f0671c9',
        data: {
          schemas: [USER],
          userName: 'jdoe',
          externalId: 'jdoe',
          name: {
            formatted: 'Mr. Jon Jack Doe III',
            familyName: 'Doe',
            givenName: 'Jon',
            middleName: 'Jack',
          },
          roles: [],
          emails: [{ value: 'jdoe@example.com' }, { value: 'anon@jdoe.org' }],
        },
      },
    },
  },
  9: {
    ...CHANGED,
    sub_id: BJENSEN,
    events: {
      [`${EVENT}:prov:put:notice`]: {
        version: 'a330bc54f0671c9',
        attributes: ['userName', 'externalId', 'name', 'roles', 'emails'],
      },
    },
  },
  10: {
    ...CHANGED,
    sub_id: { format: 'scim', uri: OLD_USER, externalId: 'jDoe' },
    events: { [`${EVENT}:prov:delete`]: {} },
  },
  11: {
    ...CHANGED,
    sub_id: { format: 'scim', uri: OLD_USER },
    events: { [`${EVENT}:prov:activate`]: {} },
  },
  14: {
    ...CHANGED,
    sub_id: BJENSEN,
    txn: TXN,
    events: { [`${EVENT}:misc:asyncresp`]: { method: 'PUT', version: VERSION, status: '200' } },
  },
  15: {
    ...CHANGED,
    sub_id: BJENSEN,
    txn: TXN,
    events: {
      [`${EVENT}:misc:asyncresp`]: {
        method: 'PUT',
        version: VERSION,
        status: '400',
        response: {
          schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
          scimType: 'invalidSyntax',
          detail: 'Request is unparsable',
          status: '400',
        },
      },
    },
  },
  16: {
    ...CHANGED,
    jti: 'dbae9d7506b34329aa7f2f0d3827848b',
    sub_id: { format: 'scim', uri: '/Users/92b725cd-9465-4e7d-8c16-01f8e146b87a' },
    txn: `${BULK_TXN}:1`,
    events: {
      [`${EVENT}:misc:asyncresp`]: {
        method: 'POST',
        bulkId: 'qwerty',
        version: 'W/"oY4m4wn58tkVjJxK"',
        status: '201',
      },
    },
  },
  17: {
    ...CHANGED,
    jti: 'ca977d05ba5c43929e3a69023d5392a9',
    iat: 1458505045,
    sub_id: { format: 'scim', uri: '/Users/b7c14771-226c-4d05-8860-134711653041' },
    txn: `${BULK_TXN}:2`,
    events: { [`${EVENT}:misc:asyncresp`]: { method: 'PUT', version: VERSION, status: '200' } },
  },
  18: {
    ...CHANGED,
    jti: '4bb87d70a4ab463bbdcd1f99111cbbf1',
    iat: 1458505046,
    sub_id: { format: 'scim', uri: '/Users/5d8d29d3-342c-4b5f-8683-a3cb6763ffcc' },
    txn: `${BULK_TXN}:3`,
    events: { [`${EVENT}:misc:asyncresp`]: { method: 'PATCH', version: VERSION, status: '200' } },
  },
  19: {
    ...CHANGED,
    jti: '6a7843a7f5244d0eb62ca38b641d9139',
    iat: 1458505047,
    sub_id: { format: 'scim', uri: '/Users/e9025315-6bea-44e1-899c-1e07454e468b' },
    txn: `${BULK_TXN}:4`,
    events: { [`${EVENT}:misc:asyncresp`]: { method: 'DELETE', status: '204' } },
  },
} as const;

/** The issuer of the figures. */
export const FIGURE_ISSUER = FEED;
