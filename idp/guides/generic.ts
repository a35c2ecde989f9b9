import { BASE_URL, text, TOKEN, type Guide } from './guide';

/** For clients without a guide of their own. */
export const GENERIC_GUIDE: Guide = {
  file: 'generic',
  title: 'Any other SCIM client',
  name: 'the identity provider',
  mark: '··',
  about: 'With SCIM 2.0',
  role: 'an administrator of the client',
  duration: 'about 20 minutes',
  mapping: {},
  sections: [
    {
      title: 'Enter the connection',
      on: 'connect',
      blocks: [
        'Most clients ask for these values, under one of several names:',
        {
          fields: [
            { label: 'Base URL, tenant URL, endpoint', value: BASE_URL },
            { label: 'Version', value: '2.0' },
            { label: 'Bearer token, HTTP header, static token', value: TOKEN },
            { label: 'Unique identifier', value: '`userName`' },
            { label: 'Deprovisioning', value: 'deactivate, or delete' },
          ],
        },
        text`
          - Users are at \`/Users\` below the base URL, groups at \`/Groups\`.
          - A client that asks for a whole header wants \`Bearer\` and a space before the token.
          - A deactivated user (\`active\` is false) can be activated again, so prefer
          deactivation to deletion.`,
        {
          usersOnly: 'Switch off the provisioning of groups: this connection takes users only.',
        },
      ],
    },
    {
      title: 'Check the mappings',
      on: 'connect',
      blocks: [
        text`
          Map at least \`userName\`, the names, the work email address and \`active\`. These
          are the attributes that applications usually show.`,
        { mappingTable: true },
        {
          customAttributes: text`
            Send custom attributes under the URN of their schema, and list the URN in
            \`schemas\`.`,
        },
      ],
    },
    {
      title: 'Start provisioning',
      on: 'start',
      blocks: ['Run the connection test of the client, then assign one user, then the others.'],
    },
  ],
  troubleshooting: [
    'Ask the base URL for users, with the token, to see whether both are right:',
    {
      language: 'sh',
      code: 'curl -s -H "Authorization: Bearer $TOKEN" "$BASE/Users?count=1"',
    },
  ],
  rotation: ['Replace the token in the settings of the client, and run its connection test.'],
  sources: [
    '[Conformance](../reference/conformance.md) lists what the service supports',
    '[Tokens](tokens.md) describes rotation',
  ],
};
