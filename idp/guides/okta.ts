import { BASE_URL, text, TOKEN, type Guide } from './guide';

/** @see https://help.okta.com/oie/en-us/Content/Topics/Apps/Apps_App_Integration_Wizard_SCIM.htm */
export const OKTA_GUIDE: Guide = {
  file: 'okta',
  title: 'Okta',
  name: 'Okta',
  mark: 'Ok',
  about: 'Workforce Identity',
  role: 'Application Administrator',
  duration: '20 to 30 minutes',
  mapping: {
    userName: 'userName',
    'name.givenName': 'firstName',
    'name.familyName': 'lastName',
    'emails[type eq "work"].value': 'email',
    'phoneNumbers[type eq "mobile"].value': 'mobilePhone',
    'phoneNumbers[type eq "work"].value': 'primaryPhone',
    title: 'title',
    'addresses[type eq "work"].streetAddress': 'streetAddress',
    'addresses[type eq "work"].locality': 'city',
    'addresses[type eq "work"].region': 'state',
    'addresses[type eq "work"].postalCode': 'zipCode',
    'addresses[type eq "work"].country': 'countryCode',
    active: 'active',
  },
  sections: [
    {
      title: 'Open the application',
      on: 'connect',
      blocks: [
        text`
          In the Okta Admin Console, open your SAML application. (OIDC applications cannot use
          SCIM.) Choose General > App Settings > Edit and set Provisioning to **SCIM**. If SCIM is
          not offered there, provisioning is not part of your subscription: contact Okta.

          Alternatively, add *SCIM 2.0 Test App (OAuth Bearer Token)* or *SCIM 2.0 Test App
          (Header Auth)* from the catalog and choose Provisioning > Configure API Integration >
          Enable API integration. With Header Auth, the API Token is \`Bearer\`, a space, and the
          token.`,
      ],
    },
    {
      title: 'Enter the connection',
      on: 'connect',
      blocks: [
        'Choose Provisioning > Integration > Edit:',
        {
          fields: [
            { label: 'SCIM connector base URL', value: BASE_URL },
            { label: 'Unique identifier field for users', value: '`userName`' },
            {
              label: 'Supported provisioning actions',
              value: 'Push New Users, Push Profile Updates, and Push Groups if groups are needed',
            },
            { label: 'Authentication Mode', value: 'HTTP Header' },
            { label: 'Authorization: Bearer', value: TOKEN },
          ],
        },
        text`
          - Okta adds "Bearer" itself: paste only the token.
          - Choose **Test Connector Configuration** (or **Test API Credentials**), then save.
          - Choose Provisioning > To App > Edit and enable **Create Users**, **Update User
          Attributes** and **Deactivate Users**. Leave Sync Password off: passwords are accepted and
          discarded.`,
        {
          usersOnly: text`
            Leave **Push Groups** cleared, and push no groups. Assigning a group still provisions
            its members.`,
        },
      ],
    },
    {
      title: 'Check the mappings',
      on: 'connect',
      blocks: [
        text`
          The default mappings under Provisioning > To App > Attribute Mappings work without
          changes. In particular, keep Primary email type, Primary phone type and Address type,
          which set the type \`work\`. To stop sending a value, unmap it instead of deleting the
          attribute.`,
        { mappingTable: true },
      ],
    },
    {
      title: 'Add custom attributes',
      on: 'connect',
      blocks: [
        {
          customAttributes: text`
            Choose Directory > Profile Editor, open the profile of the application, and choose Add
            Attribute. Set **External name** to the last part of the attribute's name and **External
            namespace** to the schema in front of it. Then map the attribute and choose Apply
            updates now. Add attributes after you enable provisioning: Okta does not send those
            that were added earlier, because they have no namespace.`,
        },
      ],
    },
    {
      title: 'Assign users and push groups',
      on: 'start',
      blocks: [
        text`
          1. Assign people or groups under Assignments. Okta provisions a user at once. For a user
          who was assigned before you enabled provisioning, choose the red exclamation icon under
          Assignments > People, then Provision User.
          2. To send changed profiles of all users, choose Provisioning > To App > Force Sync.
          3. Okta mails no failed tasks: look at Dashboard > Tasks from time to time.`,
        {
          withGroups: text`
            Push groups under Push Groups > Find groups, by name or by rule. The members of a pushed
            group must already be assigned to the application, and Okta requires separate groups for
            assignment and for push. If there is already a group with the same name here, link it
            instead.`,
        },
      ],
    },
    {
      title: 'Deactivation and deletion',
      on: 'docs',
      blocks: [
        {
          columns: ['In Okta', 'Here'],
          rows: [
            ['User is unassigned or deactivated', 'Deactivated, with its history'],
            ['User is assigned again', 'Active again under the same id'],
            ['User is suspended', 'No change: Okta sends no request'],
            ['Pushed group is unlinked and deleted', 'Group is deleted; its members are kept'],
          ],
        },
        text`
          Okta never deletes users, and has no threshold for what it sends to an application. Its
          Import Safeguard only covers imports into Okta.`,
      ],
    },
  ],
  troubleshooting: [
    text`
      - **401**: The token is wrong or expired. With Header Auth, \`Bearer\` may be missing
      in front of it.
      - **404**: The base URL is wrong. It must end with \`/v2/connections/\` and the id of the
      connection.
      - **A failed task** waits under Dashboard > Tasks until an administrator retries it. Reports >
      System Log shows the details.`,
  ],
  rotation: [
    text`
      Paste the new token at Provisioning > Integration > Edit, choose Test API Credentials and
      save. Then retry failed tasks at Dashboard > Tasks.`,
  ],
  sources: [
    '[SCIM in the App Integration Wizard](https://help.okta.com/oie/en-us/Content/Topics/Apps/Apps_App_Integration_Wizard_SCIM.htm)',
    '[Connecting an application](https://developer.okta.com/docs/guides/scim-provisioning-integration-connect/main/)',
    '[Group Push](https://help.okta.com/en-us/content/topics/users-groups-profiles/app-assignments-group-push.htm)',
    '[Users assigned before provisioning](https://help.okta.com/en-us/Content/Topics/provisioning/lcm/lcm-provision-unprovisioned-users.htm)',
    '[Custom attributes](https://support.okta.com/help/s/article/create-a-custom-app-attribute-in-okta-for-an-application-that-does-not-support-schema-discovery-for-scim-provisioning)',
  ],
};
