import { attribute, complex, type Attribute, type Schema } from './attribute';
import { RESOURCE_TYPE_URN, SCHEMA_URN, SERVICE_PROVIDER_CONFIG_URN } from './representation';

/*
 * The schemas of the discovery resources themselves (RFC 7643 section 8.7.2, RFC 9865 section 4).
 * All of their attributes are readOnly.
 */

const readOnly = { mutability: 'readOnly' } as const;
const required = { ...readOnly, required: true } as const;
const exact = { ...readOnly, caseExact: true } as const;

function supported(): Attribute {
  return attribute('supported', 'Whether the operation is supported.', {
    type: 'boolean',
    ...required,
  });
}

const SERVICE_PROVIDER_CONFIG_SCHEMA: Schema = {
  id: SERVICE_PROVIDER_CONFIG_URN,
  name: 'ServiceProviderConfig',
  description: "Schema for representing the service provider's configuration",
  attributes: [
    attribute('documentationUri', "A URL of the service provider's documentation.", {
      type: 'reference',
      referenceTypes: ['external'],
      ...readOnly,
    }),
    complex('patch', 'Whether and how PATCH is supported.', [supported()], required),
    complex(
      'bulk',
      'Whether and how bulk operations are supported.',
      [
        supported(),
        attribute('maxOperations', 'The maximum number of operations in a request.', {
          type: 'integer',
          ...required,
        }),
        attribute('maxPayloadSize', 'The maximum size of a request in bytes.', {
          type: 'integer',
          ...required,
        }),
      ],
      required,
    ),
    complex(
      'filter',
      'Whether and how filters are supported.',
      [
        supported(),
        attribute('maxResults', 'The maximum number of resources in a response.', {
          type: 'integer',
          ...required,
        }),
      ],
      required,
    ),
    complex('changePassword', 'Whether passwords can be changed.', [supported()], required),
    complex('sort', 'Whether sorting is supported.', [supported()], required),
    complex('etag', 'Whether entity tags are supported.', [supported()], required),
    complex(
      'pagination',
      'Which pagination methods are supported.',
      [
        attribute('cursor', 'Whether cursor-based pagination is supported.', {
          type: 'boolean',
          ...required,
        }),
        attribute('index', 'Whether index-based pagination is supported.', {
          type: 'boolean',
          ...required,
        }),
        attribute('defaultPaginationMethod', 'The pagination method used by default.', {
          canonicalValues: ['cursor', 'index'],
          ...readOnly,
        }),
        attribute('defaultPageSize', 'The default number of resources on a page.', {
          type: 'integer',
          ...readOnly,
        }),
        attribute('maxPageSize', 'The maximum number of resources on a page.', {
          type: 'integer',
          ...readOnly,
        }),
        attribute('cursorTimeout', 'The lifetime of a cursor in seconds.', {
          type: 'integer',
          ...readOnly,
        }),
      ],
      readOnly,
    ),
    complex(
      'securityEvents',
      'Which security event tokens are sent.',
      [
        attribute('asyncRequest', 'Whether requests can be completed asynchronously.', {
          canonicalValues: ['none', 'long', 'request'],
          ...readOnly,
        }),
        attribute('eventUris', 'The URIs of the events.', {
          type: 'reference',
          referenceTypes: ['uri'],
          multiValued: true,
          ...readOnly,
        }),
      ],
      readOnly,
    ),
    complex(
      'authenticationSchemes',
      'How requests are authenticated.',
      [
        attribute('type', 'The type of the authentication scheme.', {
          canonicalValues: ['oauth', 'oauth2', 'oauthbearertoken', 'httpbasic', 'httpdigest'],
          ...required,
        }),
        attribute('name', 'The name of the scheme.', required),
        attribute('description', 'A description of the scheme.', required),
        attribute('specUri', "A URL of the scheme's specification.", {
          type: 'reference',
          referenceTypes: ['external'],
          ...readOnly,
        }),
        attribute('documentationUri', "A URL of the scheme's documentation.", {
          type: 'reference',
          referenceTypes: ['external'],
          ...readOnly,
        }),
        attribute('primary', 'Whether this is the preferred scheme.', {
          type: 'boolean',
          ...readOnly,
        }),
      ],
      { multiValued: true, ...required },
    ),
  ],
};

const RESOURCE_TYPE_SCHEMA: Schema = {
  id: RESOURCE_TYPE_URN,
  name: 'ResourceType',
  description: 'Specifies the schema that describes a SCIM resource type',
  attributes: [
    attribute('name', 'The name of the resource type.', { ...required, caseExact: true }),
    attribute('description', 'A description of the resource type.', readOnly),
    attribute('endpoint', "The resource type's endpoint, relative to the base URL.", {
      type: 'reference',
      referenceTypes: ['uri'],
      ...required,
    }),
    attribute('schema', "The URN of the resource type's schema.", {
      type: 'reference',
      referenceTypes: ['uri'],
      ...required,
    }),
    complex(
      'schemaExtensions',
      "The extensions of the resource type's schema.",
      [
        attribute('schema', 'The URN of an extension.', {
          type: 'reference',
          referenceTypes: ['uri'],
          ...required,
        }),
        attribute('required', 'Whether every resource must have the extension.', {
          type: 'boolean',
          ...required,
        }),
      ],
      { multiValued: true, ...readOnly },
    ),
  ],
};

/** Creates the characteristics of RFC 7643 section 7, for attributes or for sub-attributes. */
function characteristics(subAttributes: readonly Attribute[]): readonly Attribute[] {
  return [
    attribute('name', "The attribute's name.", { ...required, caseExact: true }),
    attribute('type', "The attribute's type.", {
      ...required,
      canonicalValues: [
        'string',
        'complex',
        'boolean',
        'decimal',
        'integer',
        'dateTime',
        'reference',
        'binary',
      ],
    }),
    attribute('multiValued', 'Whether the attribute can have several values.', {
      type: 'boolean',
      ...required,
    }),
    attribute('description', 'A human-readable description of the attribute.', exact),
    attribute('required', 'Whether the attribute must have a value.', {
      type: 'boolean',
      ...readOnly,
    }),
    attribute('canonicalValues', 'Suggested values.', { ...exact, multiValued: true }),
    attribute('caseExact', 'Whether string values are case-sensitive.', {
      type: 'boolean',
      ...readOnly,
    }),
    attribute('mutability', 'Whether and when the value can be changed.', {
      ...exact,
      canonicalValues: ['readOnly', 'readWrite', 'immutable', 'writeOnly'],
    }),
    attribute('returned', 'When the attribute is returned.', {
      ...exact,
      canonicalValues: ['always', 'never', 'default', 'request'],
    }),
    attribute('uniqueness', 'The scope in which values are unique.', {
      ...exact,
      canonicalValues: ['none', 'server', 'global'],
    }),
    attribute('referenceTypes', 'The allowed targets of a reference.', {
      ...exact,
      multiValued: true,
    }),
    ...subAttributes,
  ];
}

const SCHEMA_SCHEMA: Schema = {
  id: SCHEMA_URN,
  name: 'Schema',
  description: 'Specifies the schema that describes a SCIM schema',
  attributes: [
    attribute('name', "The schema's human-readable name.", readOnly),
    attribute('description', "The schema's human-readable description.", readOnly),
    complex(
      'attributes',
      'The attributes of the schema.',
      characteristics([
        complex(
          'subAttributes',
          'The sub-attributes of a complex attribute.',
          characteristics([]),
          {
            multiValued: true,
            ...readOnly,
          },
        ),
      ]),
      { multiValued: true, ...required },
    ),
  ],
};

/**
 * The schemas that `/Schemas` serves in addition to those of resources, unless a profile omits
 * them.
 */
export const DISCOVERY_SCHEMAS: readonly Schema[] = [
  SERVICE_PROVIDER_CONFIG_SCHEMA,
  RESOURCE_TYPE_SCHEMA,
  SCHEMA_SCHEMA,
];
