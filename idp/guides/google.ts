import { BASE_URL, text, TOKEN, type Guide } from './guide';

/** @see https://support.google.com/a/answer/7681608 */
export const GOOGLE_GUIDE: Guide = {
  file: 'google',
  title: 'Google Workspace',
  name: 'Google Workspace',
  mark: 'Go',
  about: 'Users only, through a catalog application',
  role: 'super administrator',
  duration: 'about 30 minutes',
  mapping: {
    userName: 'primaryEmail',
    'name.givenName': 'name.givenName',
    'name.familyName': 'name.familyName',
    'emails[type eq "work"].value': 'primaryEmail',
    'phoneNumbers[type eq "mobile"].value': 'phones, type mobile',
    'phoneNumbers[type eq "work"].value': 'phones, type work',
    title: 'organizations.title',
    'addresses[type eq "work"].streetAddress': 'addresses.streetAddress',
    'addresses[type eq "work"].locality': 'addresses.locality',
    'addresses[type eq "work"].region': 'addresses.region',
    'addresses[type eq "work"].postalCode': 'addresses.postalCode',
    'addresses[type eq "work"].country': 'addresses.countryCode',
  },
  sections: [
    {
      title: 'Add a catalog application',
      on: 'connect',
      blocks: [
        text`
          **Google Workspace cannot connect to a SCIM server of your own.** It provisions the
          applications in its catalog
          ([automated provisioning](https://support.google.com/a/answer/7681608)). Some products use
          a catalog application whose endpoint can be changed, as in
          [Ory's guide](https://www.ory.com/docs/kratos/manage-identities/scim/google-workspace)
          with *Keeper Web (SAML)*. Google does not support this and may remove it.

          There are two ways around it: put another identity provider between Google and this
          service, or read the Google directory with a tool that supports SCIM and connect that
          tool.

          Choose Apps > Web and mobile apps > Add app > Search for apps, and set up single sign-on
          first. Business Starter provisions up to three applications, larger editions more.`,
      ],
    },
    {
      title: 'Enter the connection',
      on: 'connect',
      blocks: [
        text`
          Choose Apps > Web and mobile apps > the application > Autoprovisioning > Configure
          autoprovisioning:`,
        {
          fields: [
            { label: 'Access token', value: TOKEN },
            { label: 'Endpoint URL', value: BASE_URL },
          ],
        },
        text`
          Under Deprovisioning, choose to suspend users, with the delay that suits you: within 24
          hours, or after 1, 7 or 30 days.`,
      ],
    },
    {
      title: 'Check the mappings',
      on: 'connect',
      blocks: [
        text`
          Check that every attribute of the application that is marked with * is mapped. Only what
          the catalog application offers can be mapped; these are Google's names for what
          applications usually show.`,
        { mappingTable: true },
        {
          withGroups: text`
            Google provisions users only. Groups can limit which users are provisioned, but are not
            sent themselves.`,
        },
      ],
    },
    {
      title: 'Start autoprovisioning',
      on: 'start',
      blocks: [
        text`
          Finish, and set autoprovisioning to Active. Google syncs every few hours. To try it,
          limit the scope to a group with one user. Google sends no mail about failures: see
          Autoprovisioning > View sync log.`,
      ],
    },
  ],
  troubleshooting: [
    text`
      Apps > Web and mobile apps > the application > Autoprovisioning and its log show what Google
      did.`,
  ],
  rotation: ['Choose Autoprovisioning > App authorization > Reauthorize, and paste the new token.'],
  sources: [
    '[Automated provisioning](https://support.google.com/a/answer/7681608)',
    '[Attribute mapping](https://support.google.com/cloudidentity/answer/9227528)',
    '[Sync log](https://support.google.com/a/answer/6294828)',
  ],
};
