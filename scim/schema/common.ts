import { attribute, complex, type Attribute } from './attribute';

/**
 * The attributes that all resources have (RFC 7643 section 3.1). They do not belong to a schema, so
 * `/Schemas` does not list them.
 */
export const COMMON_ATTRIBUTES: readonly Attribute[] = [
  attribute('schemas', 'The URNs of the schemas whose attributes the resource holds.', {
    type: 'reference',
    multiValued: true,
    referenceTypes: ['uri'],
    required: true,
    returned: 'always',
  }),
  attribute('id', "The service provider's identifier of the resource.", {
    caseExact: true,
    mutability: 'readOnly',
    returned: 'always',
    uniqueness: 'server',
  }),
  attribute('externalId', "The provisioning client's identifier of the resource.", {
    caseExact: true,
  }),
  complex(
    'meta',
    'Metadata that the service provider keeps.',
    [
      attribute('resourceType', "The name of the resource's type.", {
        caseExact: true,
        mutability: 'readOnly',
      }),
      attribute('created', 'When the resource was added.', {
        type: 'dateTime',
        mutability: 'readOnly',
      }),
      attribute('lastModified', 'When the resource was last changed.', {
        type: 'dateTime',
        mutability: 'readOnly',
      }),
      attribute('location', 'The URI of the resource.', {
        type: 'reference',
        referenceTypes: ['uri'],
        mutability: 'readOnly',
      }),
      attribute('version', "The version of the resource, as in its 'ETag' header.", {
        caseExact: true,
        mutability: 'readOnly',
      }),
    ],
    { mutability: 'readOnly' },
  ),
];
