import { admin, Client, USER, type Body } from '../support/client';

/** Custom attributes on a users-only connection: Job Role, Company, Business Unit and Team. */
const URN = 'urn:ietf:params:scim:schemas:extension:acme:2.0:User';
const SCHEMA = {
  id: URN,
  name: 'Acme',
  description: 'What Acme knows of its users',
  attributes: [
    { name: 'jobRole', type: 'string', description: 'Job Role' },
    { name: 'company', type: 'string' },
    {
      name: 'businessUnit',
      type: 'complex',
      subAttributes: [{ name: 'code', caseExact: true }, { name: 'name' }],
    },
    {
      name: 'teams',
      type: 'complex',
      multiValued: true,
      subAttributes: [{ name: 'value' }, { name: 'primary', type: 'boolean' }],
    },
    { name: 'badge', type: 'integer', mutability: 'immutable' },
  ],
};

let client: Client;
const put = (schema: object, urn = URN) =>
  admin('PUT', `/connections/${client.id}/schemas/${urn}`, schema);

beforeAll(async () => {
  client = await Client.connect('entra', { groups: false });
  expect((await put(SCHEMA)).status).toBe(201);
});

test('a custom schema is announced and served with default characteristics', async () => {
  const { status, body } = await client.get(`/Schemas/${URN.toUpperCase()}`);
  expect([status, body.name, body.attributes[0]]).toMatchObject([
    200,
    'Acme',
    {
      name: 'jobRole',
      type: 'string',
      multiValued: false,
      required: false,
      caseExact: false,
      mutability: 'readWrite',
    },
  ]);
  const [type] = (await client.get('/ResourceTypes')).body.Resources;
  expect(type.schemaExtensions.map(({ schema }: Body) => schema)).toContain(URN);
  expect(
    (await admin('GET', `/connections/${client.id}/schemas`)).body.schemas.map(
      ({ id }: Body) => id,
    ),
  ).toEqual([URN]);
  expect((await admin('GET', `/connections/${client.id}`)).body.schemas).toEqual([URN]);
});

test('custom attributes are stored, validated, patchable and filterable', async () => {
  const { status, body: user } = await client.post('/Users', {
    schemas: [USER, URN],
    userName: 'extended',
    [URN]: {
      JobRole: 'Guide',
      company: 'Acme',
      businessUnit: { code: 'BU1' },
      teams: [{ value: 'red' }],
      badge: 7,
      nosuch: 1,
    },
  });
  expect(status).toBe(201);
  expect(user.schemas).toEqual([USER, URN]);
  expect(user[URN]).toEqual({
    jobRole: 'Guide',
    company: 'Acme',
    businessUnit: { code: 'BU1' },
    teams: [{ value: 'red' }],
    badge: 7,
  });

  const wrong = await client.post('/Users', {
    schemas: [USER],
    userName: 'wrong',
    [URN]: { badge: 'seven' },
  });
  expect([wrong.status, wrong.body.scimType]).toEqual([400, 'invalidValue']);

  // Entra ID addresses an attribute by its URN and does not list the schema in `schemas`.
  const path = `/Users/${user.id}`;
  expect(
    (await client.patch(path, { op: 'Add', path: `${URN}:jobRole`, value: 'Chief Guide' })).status,
  ).toBe(204);
  expect(
    (await client.patch(path, { op: 'Replace', path: `${URN}:businessUnit.name`, value: 'Tours' }))
      .status,
  ).toBe(204);
  expect(
    (
      await client.patch(path, {
        op: 'Add',
        path: `${URN}:teams[value eq "blue"].primary`,
        value: 'True',
      })
    ).status,
  ).toBe(204);
  expect(
    (await client.patch(path, { op: 'Replace', path: `${URN}:badge`, value: 8 })).body.scimType,
  ).toBe('mutability');
  expect((await client.get(path)).body[URN]).toEqual({
    jobRole: 'Chief Guide',
    company: 'Acme',
    businessUnit: { code: 'BU1', name: 'Tours' },
    teams: [{ value: 'red' }, { value: 'blue', primary: true }],
    badge: 7,
  });

  for (const [filter, found] of [
    [`${URN}:jobRole eq "chief guide"`, 1],
    [`${URN}:businessUnit.code eq "bu1"`, 0],
    [`${URN}:badge ge 7 and ${URN}:teams[value eq "blue" and primary eq true]`, 1],
    [`${URN}:teams.value eq "green"`, 0],
  ] as const) {
    expect(await client.search('/Users', filter)).toHaveLength(found);
  }
  const { body } = await client.get(`${path}?attributes=${URN}:company`);
  expect(body[URN]).toEqual({ company: 'Acme' });
  // An immutable value cannot be removed for the lifetime of the user.
  expect((await client.patch(path, { op: 'Remove', path: URN })).body.scimType).toBe('mutability');
  expect((await client.delete(path)).status).toBe(204);
});

test('a schema in use can grow, but attributes with values cannot be removed', async () => {
  const { id } = await client.user('holder', {
    [URN]: { company: 'Acme', businessUnit: { code: 'BU2' } },
  });
  const grown = { ...SCHEMA, attributes: [...SCHEMA.attributes, { name: 'costCentre' }] };
  expect((await put(grown)).status).toBe(200);
  const without = (name: string) => ({
    ...grown,
    attributes: grown.attributes.filter((attribute) => attribute.name !== name),
  });
  const refused = await put(without('company'));
  expect([refused.status, refused.body.detail]).toEqual([
    409,
    expect.stringContaining('1 resource has a value'),
  ]);
  const retyped = grown.attributes.map((attribute) =>
    attribute.name === 'company' ? { name: 'company', type: 'integer' } : attribute,
  );
  expect((await put({ ...grown, attributes: retyped })).status).toBe(409);
  const narrowed = grown.attributes.map((attribute) =>
    attribute.name === 'businessUnit'
      ? { ...attribute, subAttributes: [{ name: 'name' }] }
      : attribute,
  );
  expect((await put({ ...grown, attributes: narrowed })).status).toBe(409);
  // Existing users lack a new required attribute, so every change of them would be rejected.
  const demanding = await put({
    ...grown,
    attributes: [...grown.attributes, { name: 'must', required: true }],
  });
  expect([demanding.status, demanding.body.detail]).toEqual([
    409,
    expect.stringContaining('1 resource has a value'),
  ]);
  expect((await put(without('costCentre'))).status).toBe(200);
  expect((await admin('DELETE', `/connections/${client.id}/schemas/${URN}`)).status).toBe(409);
  expect((await client.patch(`/Users/${id}`, { op: 'remove', path: URN })).status).toBe(204);
  expect((await client.get(`/Users/${id}`)).body.schemas).toEqual([USER]);
  expect((await admin('DELETE', `/connections/${client.id}/schemas/${URN}`)).status).toBe(204);
  expect((await client.get(`/Schemas/${URN}`)).status).toBe(404);
  expect((await admin('GET', `/connections/${client.id}/schemas/${URN}`)).status).toBe(404);
});

test.each([
  [{ attributes: [] }, '/attributes'],
  [{ id: 'urn:other:1', attributes: [{ name: 'a' }] }, '/id'],
  [{ attributes: [{ name: '__proto__' }] }, '/attributes/0/name'],
  [{ attributes: [{ name: 'a' }, { name: 'A' }] }, '/attributes/1/name'],
  [{ attributes: [{ name: 'constructor' }] }, '/attributes/0/name'],
  [{ attributes: [{ name: 'a', type: 'text' }] }, '/attributes/0/type'],
  [{ attributes: [{ name: 'a', mutability: 'readOnly' }] }, '/attributes/0/mutability'],
  [{ attributes: [{ name: 'a', uniqueness: 'server' }] }, '/attributes/0/uniqueness'],
  [{ attributes: [{ name: 'a', type: 'complex' }] }, '/attributes/0/subAttributes'],
  [
    {
      attributes: [{ name: 'a', type: 'complex', subAttributes: [{ name: 'b', type: 'complex' }] }],
    },
    '/attributes/0/subAttributes/0/type',
  ],
])('the schema %j is rejected at %s', async (schema, pointer) => {
  const reply = await put(schema, 'urn:example:bad:2.0:User');
  expect([reply.status, reply.body.errors.map((error: Body) => error.pointer)]).toEqual([
    400,
    [pointer],
  ]);
});

test('sub-attributes can be immutable or required; a URN may be a prefix of another', async () => {
  const [outer, inner] = ['urn:example:acme:2.0:User', 'urn:example:acme:2.0:User:more'];
  const attributes = [
    { name: 'set', multiValued: true, mutability: 'immutable' },
    {
      name: 'part',
      type: 'complex',
      subAttributes: [{ name: 'once', mutability: 'immutable' }, { name: 'free' }],
    },
    {
      name: 'list',
      type: 'complex',
      multiValued: true,
      subAttributes: [{ name: 'value' }, { name: 'must', required: true }],
    },
    { name: 'schemas' },
  ];
  for (const urn of [outer, inner]) expect((await put({ attributes }, urn)).status).toBe(201);
  const values = {
    set: ['p', 'q'],
    part: { once: 'a', free: 'b' },
    list: [{ value: '1', must: 'x' }],
    schemas: 's',
  };
  const user = await client.user('strict', { [outer]: values, [inner]: values });
  expect([user[outer], user[inner]]).toEqual([values, values]);
  const path = `/Users/${user.id}`;
  const scimType = async (operation: object): Promise<string | undefined> => {
    const reply = await client.patch(path, operation);
    return reply.status === 204 ? undefined : reply.body.scimType;
  };
  expect(
    await scimType({ op: 'replace', path: `${inner}:set`, value: ['q', 'p'] }),
  ).toBeUndefined();
  expect(await scimType({ op: 'replace', path: `${inner}:set`, value: ['q'] })).toBe('mutability');
  expect(await scimType({ op: 'replace', path: `${outer}:part.once`, value: 'c' })).toBe(
    'mutability',
  );
  expect(await scimType({ op: 'replace', path: `${outer}:part.free`, value: 'c' })).toBeUndefined();
  expect(await scimType({ op: 'remove', path: `${inner}:list[value eq "1"].must` })).toBe(
    'invalidValue',
  );
  expect(await scimType({ op: 'remove', path: `${inner}:set`, value: ['p'] })).toBe('mutability');
  expect(
    await client.search('/Users', `${inner}:list[must eq "x"] and ${outer}:part.free eq "c"`),
  ).toHaveLength(1);
  // A PUT that omits immutable values keeps them.
  const { body } = await client.put(path, { schemas: [USER], userName: 'strict' });
  expect(body[outer]).toEqual({ set: ['p', 'q'], part: { once: 'a' } });
});

test('schemas of the RFCs cannot be changed', async () => {
  for (const urn of [USER, 'urn:ietf:params:scim:schemas:core:2.0:Schema', `${USER}:Sub`]) {
    expect((await put({ attributes: [{ name: 'a' }] }, urn)).status).toBe(409);
  }
  expect((await put({ attributes: [{ name: 'a' }] }, 'nourn')).status).toBe(400);
});
