import { attribute, complex, multiValuedParts, type Schema } from './attribute';

/** URN of the User schema (RFC 7643 section 4.1). */
export const USER_URN = 'urn:ietf:params:scim:schemas:core:2.0:User';

const readOnly = { mutability: 'readOnly' } as const;

/** The User schema (RFC 7643 section 4.1, representation in section 8.7.1). */
export const USER_SCHEMA: Schema = {
  id: USER_URN,
  name: 'User',
  description: 'User Account',
  attributes: [
    attribute(
      'userName',
      'Identifier with which the user signs in to the service; unique, ignoring case.',
      {
        required: true,
        uniqueness: 'server',
      },
    ),
    complex('name', "The components of the user's name.", [
      attribute('formatted', 'The full name, formatted for display.'),
      attribute('familyName', 'The family name, or last name in most Western languages.'),
      attribute('givenName', 'The given name, or first name in most Western languages.'),
      attribute('middleName', 'The middle name or names.'),
      attribute('honorificPrefix', "The title before the name, such as 'Ms.'."),
      attribute('honorificSuffix', "The suffix after the name, such as 'III'."),
    ]),
    attribute('displayName', 'The name of the user, suitable for display to end users.'),
    attribute('nickName', 'The casual way to address the user in real life.'),
    attribute('profileUrl', "A URL of a page with the user's online profile.", {
      type: 'reference',
      referenceTypes: ['external'],
    }),
    attribute('title', "The user's title, such as 'Vice President'."),
    attribute(
      'userType',
      "The relationship between the organization and the user, such as 'Contractor'.",
    ),
    attribute(
      'preferredLanguage',
      "The user's preferred language, as in an Accept-Language header.",
    ),
    attribute(
      'locale',
      "The user's default location for currency, dates and numbers, such as 'en-US'.",
    ),
    attribute('timezone', "The user's time zone in IANA format, such as 'America/Los_Angeles'."),
    attribute('active', 'Whether the user may use the service.', { type: 'boolean' }),
    attribute('password', "The user's password; never returned.", {
      caseExact: true,
      mutability: 'writeOnly',
      returned: 'never',
    }),
    complex(
      'emails',
      'E-mail addresses of the user.',
      [attribute('value', 'An e-mail address.'), ...multiValuedParts(['work', 'home', 'other'])],
      { multiValued: true },
    ),
    complex(
      'phoneNumbers',
      'Phone numbers of the user.',
      [
        attribute('value', 'A phone number, stored as it was sent.'),
        ...multiValuedParts(['work', 'home', 'mobile', 'fax', 'pager', 'other']),
      ],
      { multiValued: true },
    ),
    complex(
      'ims',
      'Instant messaging addresses of the user.',
      [
        attribute('value', 'An instant messaging address.'),
        ...multiValuedParts(['aim', 'gtalk', 'icq', 'xmpp', 'msn', 'skype', 'qq', 'yahoo']),
      ],
      { multiValued: true },
    ),
    complex(
      'photos',
      'URLs of photos of the user.',
      [
        attribute('value', 'The URL of a photo.', {
          type: 'reference',
          referenceTypes: ['external'],
        }),
        ...multiValuedParts(['photo', 'thumbnail']),
      ],
      { multiValued: true },
    ),
    complex(
      'addresses',
      'Physical mailing addresses of the user.',
      [
        attribute('formatted', 'The full address, formatted for display or a mailing label.'),
        attribute('streetAddress', 'The street name, house number and further address lines.'),
        attribute('locality', 'The city or locality.'),
        attribute('region', 'The state or region.'),
        attribute('postalCode', 'The zip code or postal code.'),
        attribute('country', 'The country, as an ISO 3166-1 alpha-2 code.'),
        attribute('type', "A label indicating the address's function.", {
          canonicalValues: ['work', 'home', 'other'],
        }),
        attribute(
          'primary',
          "Whether this is the preferred address; 'true' appears at most once.",
          {
            type: 'boolean',
          },
        ),
      ],
      { multiValued: true },
    ),
    complex(
      'groups',
      'The groups to which the user belongs, directly or through a nested group.',
      [
        attribute('value', "The identifier of the user's group.", { caseExact: true, ...readOnly }),
        attribute('$ref', "The URI of the user's group.", {
          type: 'reference',
          referenceTypes: ['User', 'Group'],
          ...readOnly,
        }),
        attribute('display', 'The name of the group.', readOnly),
        attribute('type', 'Whether the membership is direct or through a nested group.', {
          canonicalValues: ['direct', 'indirect'],
          ...readOnly,
        }),
      ],
      { multiValued: true, ...readOnly },
    ),
    complex(
      'entitlements',
      'Things that the user is entitled to.',
      [attribute('value', 'An entitlement.'), ...multiValuedParts()],
      { multiValued: true },
    ),
    complex(
      'roles',
      'Roles that collectively describe the user.',
      [attribute('value', 'A role.'), ...multiValuedParts()],
      {
        multiValued: true,
      },
    ),
    complex(
      'x509Certificates',
      'Certificates issued to the user.',
      [
        attribute('value', 'A DER-encoded X.509 certificate, in base64.', { type: 'binary' }),
        ...multiValuedParts(),
      ],
      { multiValued: true },
    ),
  ],
};
