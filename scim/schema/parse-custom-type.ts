import { isArray, ownIgnoringCase, type Json, type JsonObject } from '../json';
import type { Schema } from './attribute';
import { isSameSchema, type AssignedAs, type CustomType } from './custom-type';
import { PRESETS, PRESET_NAMES, type Preset, type PresetName } from './presets';
import { SchemaReader, type SchemaProblem, type SchemaUse } from './schema-reader';

/** A valid definition, or all problems that were found. */
export type ParsedCustomType =
  { readonly definition: CustomType } | { readonly problems: readonly SchemaProblem[] };

/** The most extensions of a type. */
const MAXIMUM_EXTENSIONS = 10;

/** Names of the RFCs' resource types and endpoints, in lower case. */
const RESERVED_NAMES = new Set([
  ...['user', 'group', 'users', 'groups', 'schema', 'schemas', 'resourcetype', 'resourcetypes'],
  ...['serviceproviderconfig', 'serviceconfiguration', 'bulk', 'me', 'self'],
]);

/** URNs that the RFCs define or may define. */
export const RESERVED_URN =
  /^urn:ietf:params:scim:(?:schemas:core:|schemas:extension:enterprise:|api:)/i;

/** The members of a definition. */
const MEMBERS = new Set([
  ...['name', 'endpoint', 'description', 'schema', 'extensions', 'managedBy', 'assignedAs'],
  ...['assignments', 'preset'],
]);

/**
 * Parses the definition of a resource type.
 * @param name under which it is stored
 * @param body `{endpoint, schema, extensions?, managedBy?, description?, assignedAs?}`, or
 *   `{preset, …}` for one that an identity provider knows, which gives the defaults
 */
export function parseCustomType(name: string, body: Json): ParsedCustomType {
  const reader = new SchemaReader();
  const definition = readDefinition(reader, name, reader.object(body, ''));
  return reader.problems.length > 0 ? { problems: reader.problems } : { definition };
}

function readDefinition(reader: SchemaReader, name: string, source: JsonObject): CustomType {
  for (const member of Object.keys(source)) {
    if (!MEMBERS.has(member)) reader.problem(`/${member}`, 'is not a part of a resource type');
  }
  if (!/^[A-Z][A-Za-z0-9]{1,40}$/.test(name)) {
    reader.problem(
      '/name',
      'must start with an uppercase letter, and have 2 to 41 letters and digits',
    );
  } else if (RESERVED_NAMES.has(name.toLowerCase())) {
    reader.problem('/name', `cannot be ${name}, which is a name of the RFCs`);
  }
  if ((ownIgnoringCase(source, 'name') ?? name) !== name) {
    reader.problem('/name', `must be ${name}, as in the URL`);
  }
  const preset = readPreset(reader, source);
  const schema = readSchema(reader, source, preset);
  const assignedAs = readAssignedAs(reader, source, preset);
  const assignments = reader.oneOf(
    source,
    'assignments',
    '',
    ['lenient', 'strict'] as const,
    'lenient',
  );
  if (assignments === 'strict' && assignedAs === undefined) {
    reader.problem('/assignments', 'needs assignedAs');
  }
  return {
    name,
    endpoint: readEndpoint(reader, source, preset),
    description: reader.text(source, 'description', '', preset?.description ?? name),
    schema,
    ...readExtensions(reader, source, schema),
    managedBy: reader.oneOf(
      source,
      'managedBy',
      '',
      ['client', 'application'] as const,
      preset?.managedBy ?? 'client',
    ),
    ...(assignedAs === undefined ? {} : { assignedAs, assignments }),
    ...(preset === undefined ? {} : { preset: preset.name }),
  };
}

/** A preset with its name. */
interface NamedPreset extends Preset {
  readonly name: PresetName;
}

function readPreset(reader: SchemaReader, source: JsonObject): NamedPreset | undefined {
  if (source['preset'] === undefined) return undefined;
  const name = reader.oneOf(source, 'preset', '', PRESET_NAMES, 'oktaRole');
  return { name, ...PRESETS[name] };
}

function readEndpoint(
  reader: SchemaReader,
  source: JsonObject,
  preset: NamedPreset | undefined,
): string {
  const endpoint = reader.text(source, 'endpoint', '', preset?.endpoint ?? '');
  if (!/^\/[A-Z][A-Za-z]{1,40}$/.test(endpoint)) {
    reader.problem(
      '/endpoint',
      'must be a path such as /Roles: an uppercase letter, then letters only',
    );
  } else if (RESERVED_NAMES.has(endpoint.slice(1).toLowerCase())) {
    reader.problem('/endpoint', `cannot be ${endpoint}, which is an endpoint of the RFCs`);
  }
  return endpoint;
}

/** Reads the core schema, whose URN no RFC may have, unless it is that of a preset. */
function readSchema(
  reader: SchemaReader,
  source: JsonObject,
  preset: NamedPreset | undefined,
): Schema {
  const body = ownIgnoringCase(source, 'schema');
  if (preset !== undefined && body === undefined) return preset.schema;
  const schema = readAnySchema(reader, body, 'core', '/schema');
  if (preset === undefined) {
    if (RESERVED_URN.test(schema.id)) reader.problem('/schema/id', 'is reserved for the RFCs');
    return schema;
  }
  if (!isSameSchema(schema, preset.schema)) {
    reader.problem('/schema', `must equal that of the preset ${preset.name}; leave it out`);
  }
  return preset.schema;
}

function readAnySchema(
  reader: SchemaReader,
  body: Json | undefined,
  use: SchemaUse,
  path: string,
): Schema {
  const source = reader.object(body, path);
  return reader.schema(reader.text(source, 'id', path, ''), source, use, path);
}

function readExtensions(
  reader: SchemaReader,
  source: JsonObject,
  schema: Schema,
): Pick<CustomType, 'extensions' | 'requiredExtensions'> {
  const list = ownIgnoringCase(source, 'extensions') ?? [];
  if (!isArray(list) || list.length > MAXIMUM_EXTENSIONS) {
    reader.problem('/extensions', `must be a list of at most ${MAXIMUM_EXTENSIONS} schemas`);
    return { extensions: [], requiredExtensions: [] };
  }
  const extensions = list.map((body, index) =>
    readAnySchema(reader, body, 'extension', `/extensions/${index}`),
  );
  const urns = [schema, ...extensions].map(({ id }) => id.toLowerCase());
  const requiredExtensions = extensions.flatMap(({ id }, index) => {
    const path = `/extensions/${index}`;
    if (urns.indexOf(id.toLowerCase()) !== index + 1) {
      reader.problem(`${path}/id`, 'is already the URN of another schema of this type');
    }
    if (RESERVED_URN.test(id)) reader.problem(`${path}/id`, 'is reserved for the RFCs');
    return reader.flag(reader.object(list[index], path), 'required', path, false) ? [id] : [];
  });
  return { extensions, requiredExtensions };
}

function readAssignedAs(
  reader: SchemaReader,
  source: JsonObject,
  preset: NamedPreset | undefined,
): AssignedAs | undefined {
  if (ownIgnoringCase(source, 'assignedAs') === undefined) return preset?.assignedAs;
  return reader.oneOf(source, 'assignedAs', '', ['roles', 'entitlements'] as const, 'roles');
}
