import type { JsonObject } from '../../../scim/json';
import { resourceTypeOf, retire } from '../../../scim/schema/custom-type';
import { parseCustomType } from '../../../scim/schema/parse-custom-type';

const DEVICE: JsonObject = {
  endpoint: '/Devices',
  schema: {
    id: 'urn:example:1.0:Device',
    attributes: [
      { name: 'serial', required: true, uniqueness: 'server' },
      { name: 'displayName' },
      { name: 'note' },
    ],
  },
};

const schemaWith = (attribute: JsonObject): JsonObject => ({
  ...DEVICE,
  schema: { id: 'urn:example:1.0:Device', attributes: [attribute] },
});

test('a removed type keeps what its keys are made of, and nothing else', () => {
  const parsed = parseCustomType('Device', {
    ...DEVICE,
    extensions: [{ id: 'urn:example:Lease', attributes: [{ name: 'until' }], required: true }],
  });
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
  const retired = retire(parsed.definition);
  expect(retired).toMatchObject({ retired: true, extensions: [], requiredExtensions: [] });
  expect(retired.schema.attributes.map(({ name }) => name)).toEqual(['serial', 'displayName']);
  const names = (definition: typeof retired) =>
    resourceTypeOf(definition).indexed.map(({ name, unique }) => [name, unique]);
  expect(names(retired)).toEqual(names(parsed.definition));
});

test('what is left out has defaults, and what can be found by key is indexed', () => {
  const parsed = parseCustomType('Device', DEVICE);
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
  expect(parsed.definition).toMatchObject({
    name: 'Device',
    description: 'Device',
    managedBy: 'client',
    extensions: [],
  });
  const indexed = resourceTypeOf(parsed.definition).indexed;
  expect(indexed.map(({ name, unique }) => [name, unique])).toEqual([
    ['serial', true],
    ['externalId', false],
    ['displayName', false],
  ]);
});

test('a preset needs no schema, and can be sent back as it is described', () => {
  const parsed = parseCustomType('License', { preset: 'oktaEntitlement', endpoint: '/Licenses' });
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
  const { definition } = parsed;
  expect(definition).toMatchObject({
    managedBy: 'application',
    assignedAs: 'entitlements',
    assignments: 'lenient',
  });
  const { requiredExtensions: _, ...described } = definition;
  expect(parseCustomType('License', JSON.parse(JSON.stringify(described)))).toEqual(parsed);
});

test.each<[string, string, JsonObject, string]>([
  ['a name of the RFCs', 'Group', DEVICE, '/name'],
  ['a name with a space', 'My type', DEVICE, '/name'],
  ['another name than the URL', 'Device', { ...DEVICE, name: 'Other' }, '/name'],
  ['an endpoint of the RFCs', 'Device', { ...DEVICE, endpoint: '/Users' }, '/endpoint'],
  [
    'an endpoint of the RFCs in lower case',
    'Device',
    { ...DEVICE, endpoint: '/BULK' },
    '/endpoint',
  ],
  ['an endpoint with a digit', 'Device', { ...DEVICE, endpoint: '/Devices2' }, '/endpoint'],
  ['no endpoint', 'Device', { schema: DEVICE['schema'] ?? null }, '/endpoint'],
  ['no schema', 'Device', { endpoint: '/Devices' }, '/schema'],
  ['an unknown part', 'Device', { ...DEVICE, colour: 'red' }, '/colour'],
  ['an unknown manager', 'Device', { ...DEVICE, managedBy: 'nobody' }, '/managedBy'],
  ['an unknown preset', 'Device', { ...DEVICE, preset: 'okta' }, '/preset'],
  ['another schema than the preset', 'Device', { ...DEVICE, preset: 'oktaRole' }, '/schema'],
  ['strict without assignedAs', 'Device', { ...DEVICE, assignments: 'strict' }, '/assignments'],
  [
    'a URN of the RFCs',
    'Device',
    {
      ...DEVICE,
      schema: { id: 'urn:ietf:params:scim:schemas:core:2.0:User', attributes: [{ name: 'a' }] },
    },
    '/schema/id',
  ],
  [
    'an extension with the URN of the schema',
    'Device',
    { ...DEVICE, extensions: [{ id: 'URN:example:1.0:Device', attributes: [{ name: 'a' }] }] },
    '/extensions/0/id',
  ],
  [
    'a unique attribute of an extension',
    'Device',
    {
      ...DEVICE,
      extensions: [{ id: 'urn:example:1.0:X', attributes: [{ name: 'a', uniqueness: 'server' }] }],
    },
    '/extensions/0/attributes/0/uniqueness',
  ],
  [
    'an attribute that every resource has',
    'Device',
    schemaWith({ name: 'Meta' }),
    '/schema/attributes/0/name',
  ],
  [
    'a unique number',
    'Device',
    schemaWith({ name: 'n', type: 'integer', uniqueness: 'server' }),
    '/schema/attributes/0/uniqueness',
  ],
  [
    'a unique list',
    'Device',
    schemaWith({ name: 'n', multiValued: true, uniqueness: 'server' }),
    '/schema/attributes/0/uniqueness',
  ],
])('%s is refused', (_, name, body, pointer) => {
  const parsed = parseCustomType(name, body);
  const problems = 'problems' in parsed ? parsed.problems : [];
  expect(problems.map((problem) => problem.pointer)).toContain(pointer);
});
