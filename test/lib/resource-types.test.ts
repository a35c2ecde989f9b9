import { Assignments, ManagedBy, ScimResourceType, type ResourceTypeProps } from '../../lib';
import { parseJson } from '../../scim/json';
import { provide } from './support';

const DEVICE: ResourceTypeProps = {
  name: 'Device',
  endpoint: '/Devices',
  managedBy: ManagedBy.APPLICATION,
  schema: {
    id: 'urn:example:scim:schemas:core:1.0:Device',
    attributes: [{ name: 'serial', required: true, uniqueness: 'server' }],
  },
  extensions: [{ id: 'urn:example:Warranty', attributes: [{ name: 'until', type: 'dateTime' }] }],
};

function declared(...resourceTypes: ScimResourceType[]): unknown {
  const template = provide(() => ({ resourceTypes })).template();
  const [resource] = Object.values(template.findResources('Custom::ScimResourceTypes'));
  return parseJson(String(resource?.['Properties'].ResourceTypes));
}

test('resource types are declared in the form of the admin API', () => {
  const types = [
    ScimResourceType.of(DEVICE),
    ScimResourceType.oktaRole({ assignments: Assignments.STRICT }),
    ScimResourceType.oktaEntitlement('License', '/Licenses'),
    ScimResourceType.agent(),
  ];
  expect(types.map(({ name }) => name)).toEqual(['Device', 'Role', 'License', 'Agent']);
  expect(declared(...types)).toEqual([
    DEVICE,
    { name: 'Role', preset: 'oktaRole', assignments: 'strict' },
    { name: 'License', preset: 'oktaEntitlement', endpoint: '/Licenses' },
    { name: 'Agent', preset: 'agent' },
  ]);
});

test('a stack without resource types has no custom resource for them', () => {
  const { template } = provide();
  template().resourceCountIs('Custom::ScimResourceTypes', 0);
});

test.each([
  [
    'a wrong name and endpoint',
    [ScimResourceType.of({ ...DEVICE, name: 'User', endpoint: '/users' })],
    'Resource type "User": name cannot be User, which is a name of the RFCs; endpoint must be a ' +
      'path such as /Roles: an uppercase letter, then letters only.',
  ],
  [
    'a wrong attribute',
    [
      ScimResourceType.of({
        ...DEVICE,
        schema: { id: 'urn:example:Device', attributes: [{ name: 'id' }] },
      }),
    ],
    'Resource type "Device": schema/attributes/0/name is an attribute that every resource has.',
  ],
  [
    'the same name',
    [ScimResourceType.of(DEVICE), ScimResourceType.of({ ...DEVICE, endpoint: '/Things' })],
    'Two resource types have the name "Device". Give each its own name.',
  ],
  [
    'the same endpoint',
    [ScimResourceType.of(DEVICE), ScimResourceType.of({ ...DEVICE, name: 'Thing' })],
    'Two resource types have the endpoint "/Devices". Give each its own endpoint.',
  ],
  [
    'a URN with two definitions',
    [
      ScimResourceType.of(DEVICE),
      ScimResourceType.of({
        ...DEVICE,
        ...{ name: 'Other', endpoint: '/Others' },
        schema: { id: DEVICE.schema.id.toUpperCase(), attributes: [{ name: 'x' }] },
      }),
    ],
    'with different attributes',
  ],
  [
    'too many',
    Array.from({ length: 21 }, () => ScimResourceType.of(DEVICE)),
    'A stack can declare at most 20 resource types, not 21.',
  ],
])('%s is refused at synth', (_, resourceTypes, message) => {
  expect(() => provide(() => ({ resourceTypes }))).toThrow(message);
});
