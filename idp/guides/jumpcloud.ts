import { BASE_URL, text, TOKEN, type Guide } from './guide';

/** @see https://jumpcloud.com/support/provision-and-manage-users-and-groups-in-apps-using-custom-scim-identity-management-integration */
export const JUMPCLOUD_GUIDE: Guide = {
  file: 'jumpcloud',
  title: 'JumpCloud',
  name: 'JumpCloud',
  mark: 'JC',
  about: 'Cloud directory',
  role: 'Administrator',
  duration: '15 to 20 minutes',
  mapping: {
    userName: 'username',
    'name.givenName': 'firstname',
    'name.familyName': 'lastname',
    'emails[type eq "work"].value': 'email',
    'phoneNumbers[type eq "mobile"].value': 'mobile',
    'phoneNumbers[type eq "work"].value': 'phone',
    title: 'jobTitle',
    'addresses[type eq "work"].streetAddress': 'address.streetAddress',
    'addresses[type eq "work"].locality': 'address.locality',
    'addresses[type eq "work"].region': 'address.region',
    'addresses[type eq "work"].postalCode': 'address.postalCode',
    'addresses[type eq "work"].country': 'address.country',
    active: 'activated',
  },
  sections: [
    {
      title: 'Create the application',
      on: 'connect',
      blocks: [
        text`
          In the JumpCloud Admin Portal, choose SSO Applications > Add New Application > Custom
          Application, with *Export users to this app (Identity Management)*. This needs the SSO
          package or a larger one.`,
      ],
    },
    {
      title: 'Enter the connection',
      on: 'connect',
      blocks: [
        text`
          Open the Identity Management tab (Provisioning on the newer pages) and choose Configure:`,
        {
          fields: [
            { label: 'API Type', value: 'SCIM API' },
            { label: 'SCIM Version', value: 'SCIM 2.0' },
            { label: 'Base URL', value: BASE_URL },
            { label: 'Token Key', value: TOKEN },
            { label: 'Test User Email', value: 'any unused address' },
          ],
        },
        {
          withGroups: text`
            Select **Enable management of User Groups and Group Membership in this application**.`,
        },
        {
          usersOnly: text`
            Leave **Enable management of User Groups and Group Membership in this application**
            cleared. You still assign users through groups.`,
        },
        text`
          Choose **Test Connection**, then **Activate**. JumpCloud creates a test user and a test
          group and deletes both.`,
      ],
    },
    {
      title: 'Check the mappings',
      on: 'connect',
      blocks: [
        text`
          JumpCloud sends all of its attributes by default. To leave out optional ones, choose
          Export Attribute Mapping > Edit.`,
        { mappingTable: true },
        'JumpCloud does not send custom attributes.',
      ],
    },
    {
      title: 'Assign users through groups',
      on: 'start',
      blocks: [
        text`
          Select the groups on the User Groups tab and save. JumpCloud syncs them immediately, and
          only users in the state Active. To try it with one user, assign a group with one member
          first.

          - When you remove a group from the application, JumpCloud deactivates its members, unless
          they are in another group of the application. There is no threshold: check before you
          save.
          - To be told of failures, create a rule for the provisioning events under Alerts > Rules
          > Insights.`,
        {
          withGroups: text`
            If there is already a group with the same name here, JumpCloud takes it over. It does
            not create empty groups.`,
        },
      ],
    },
  ],
  troubleshooting: [
    text`
      **A user was deactivated unexpectedly.** JumpCloud sends \`active\` as false for a user that
      is suspended or **whose password has expired**
      ([Bitwarden's note](https://bitwarden.com/help/jumpcloud-scim-integration/)). After a password
      change, the user is active again under the same id.

      Directory Insights, service SSO, shows what JumpCloud did.`,
  ],
  rotation: [
    text`
      Paste the new token as Token Key and enter a new Test User Email. Choose **Test Connection**,
      then save.`,
  ],
  sources: [
    '[Custom SCIM integration](https://jumpcloud.com/support/provision-and-manage-users-and-groups-in-apps-using-custom-scim-identity-management-integration)',
    '[The newer application pages](https://jumpcloud.com/support/improved-applications-experience)',
    'Guides of other products for the same screens: [PropelAuth](https://docs.byo.propelauth.com/scim/example-setup-guides/jumpcloud), [Whimsical](https://help.whimsical.com/security/jumpcloud-scim), [Bitwarden](https://bitwarden.com/help/jumpcloud-scim-integration/)',
  ],
};
