import { attribute, complex, type Schema } from './attribute';

/** URN of the Group schema (RFC 7643 section 4.2). */
export const GROUP_URN = 'urn:ietf:params:scim:schemas:core:2.0:Group';

/**
 * The Group schema (RFC 7643 section 4.2, representation in section 8.7.1). `members.display` comes
 * from section 2.4, which defines it for all multi-valued attributes; Okta and Microsoft send it.
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
