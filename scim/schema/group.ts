import { attribute, complex, type Schema } from './attribute';

export const GROUP_URN = 'urn:ietf:params:scim:schemas:core:2.0:Group';

/**
 * The Group schema of RFC 7643 section 4.2 and its representation in section 8.7.1. `members.display` is not in the
 * RFC's list but in section 2.4, which gives it to every multi-valued attribute; Okta and Microsoft send it.
 */
export const GROUP_SCHEMA: Schema = {
  id: GROUP_URN,
  name: 'Group',
  description: 'Group',
  attributes: [
    attribute('displayName', 'A human-readable name for the group.', { required: true }),
    complex(
      'members',
      'The members of the group.',
      [
        attribute('value', 'The identifier of the member.', {
          caseExact: true,
          mutability: 'immutable',
        }),
        attribute('$ref', 'The URI of the member.', {
          type: 'reference',
          referenceTypes: ['User', 'Group'],
          mutability: 'immutable',
        }),
        attribute('type', 'The type of the member.', {
          canonicalValues: ['User', 'Group'],
          mutability: 'immutable',
        }),
        attribute('display', 'A human-readable name of the member.', { mutability: 'immutable' }),
      ],
      { multiValued: true },
    ),
  ],
};
