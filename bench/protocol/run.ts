import { bindFilter } from '../../scim/filter/bind';
import { matches } from '../../scim/filter/evaluate';
import { parseFilter } from '../../scim/filter/parse';
import type { JsonObject } from '../../scim/json';
import { applyPatch } from '../../scim/patch/apply';
import { parseOperations, readPatchMessage } from '../../scim/patch/request';
import { parseResource } from '../../scim/resource/parse';
import { Projection } from '../../scim/resource/project';
import { USER } from '../../scim/schema/resource-type';
import { compare, type Contest } from './compare';
import { filterOf, parse, patchOf, scimmyFilter, scimmyPatch, scimmyProjection } from './peers';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

const USER_BODY: JsonObject = {
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', ENTERPRISE],
  id: '01890a5d-ac96-774b-bcce-b302099a8057',
  externalId: '22fbc523-6032-4c5f-939d-5d4850cf3e52',
  userName: 'bjensen@example.com',
  name: { formatted: 'Ms. Barbara J Jensen III', familyName: 'Jensen', givenName: 'Barbara' },
  displayName: 'Babs Jensen',
  active: true,
  title: 'Tour Guide',
  emails: [
    { value: 'bjensen@example.com', type: 'work', primary: true },
    { value: 'babs@jensen.org', type: 'home' },
  ],
  phoneNumbers: [{ value: '555-555-5555', type: 'work' }],
  addresses: [
    {
      type: 'work',
      streetAddress: '100 Universal City Plaza',
      locality: 'Hollywood',
      country: 'US',
    },
  ],
  [ENTERPRISE]: { employeeNumber: '701984', department: 'Tour Operations' },
  meta: {
    resourceType: 'User',
    created: '2026-01-23T04:56:22Z',
    lastModified: '2026-05-13T04:42:34Z',
    version: 'W/"a"',
  },
};

const FILTERS = [
  'userName eq "bjensen@example.com"',
  'title pr and active eq true',
  'emails[type eq "work" and value co "@example.com"] or displayName sw "Babs"',
  'name.familyName co "Jen" and not (title eq "Boss") and ' +
    'meta.lastModified gt "2025-01-01T00:00:00Z"',
];

const OPERATIONS = [
  { op: 'replace', path: 'displayName', value: 'Barbara Jensen' },
  { op: 'replace', path: 'emails[type eq "work"].value', value: 'barbara@example.com' },
  { op: 'replace', path: 'name.familyName', value: 'Doe' },
  { op: 'add', path: 'phoneNumbers', value: [{ value: '1', type: 'mobile' }] },
  { op: 'replace', path: 'active', value: false },
];
const PATCH_BODY = {
  schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  Operations: OPERATIONS,
};
const PROJECTED = ['userName', 'name.givenName', 'emails'];

const TOLERANT = { tolerant: true };
const stored = parseResource(USER, USER_BODY);
const bound = FILTERS.map((text) => bindFilter(parseFilter(text), USER));
const peerFilters = FILTERS.map((text) => filterOf(parse(text)));
const scimmyFilters = FILTERS.map(scimmyFilter);
const applyToScimmy = scimmyPatch(PATCH_BODY, USER_BODY);
const projectWithScimmy = scimmyProjection(USER_BODY, PROJECTED);
const projection = new Projection(USER, { attributes: PROJECTED });

/**
 * Compares the pure protocol functions with other SCIM libraries on the same input, in turns and in
 * one process. The result is a ratio: the number of cdk-scim runs in the time of one peer run.
 * Run it with `npm run bench:protocol`.
 */
const CONTESTS: readonly Contest[] = [
  {
    name: 'parse a filter',
    ours: () => FILTERS.forEach(parseFilter),
    peers: {
      'scim2-parse-filter': () => FILTERS.forEach(parse),
      scimmy: () => FILTERS.forEach(scimmyFilter),
    },
  },
  {
    name: 'evaluate a filter on a user',
    ours: () => bound.every((filter) => matches(filter, USER_BODY)),
    peers: {
      'scim2-parse-filter': () => peerFilters.every((filter) => filter(USER_BODY)),
      scimmy: () => scimmyFilters.every((filter) => filter.match([USER_BODY]).length === 1),
    },
  },
  {
    name: 'PATCH a user with five operations',
    ours: () =>
      applyPatch(
        USER,
        stored,
        parseOperations(USER, readPatchMessage(PATCH_BODY, TOLERANT), TOLERANT),
        TOLERANT,
      ),
    peers: {
      'scim-patch': () => patchOf(USER_BODY, OPERATIONS),
      scimmy: applyToScimmy,
    },
  },
  {
    name: 'project three attributes of a user',
    ours: () => projection.apply(USER_BODY),
    peers: { scimmy: projectWithScimmy },
  },
];

const [turns = '15', turnMs = '60'] = process.argv.slice(2);
compare(CONTESTS, Number(turns), Number(turnMs)).catch((error: unknown) => {
  process.stderr.write(
    `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exitCode = 1;
});
