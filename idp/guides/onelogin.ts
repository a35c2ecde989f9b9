import { BASE_URL, text, TOKEN, type Guide } from './guide';

/** The JSON that OneLogin sends for a user. */
const TEMPLATE = `{
  "schemas": [
    "urn:ietf:params:scim:schemas:core:2.0:User",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
  ],
  "userName": "{$parameters.scimusername}",
  "name": { "givenName": "{$user.firstname}", "familyName": "{$user.lastname}" },
  "emails": [{ "value": "{$user.email}", "type": "work", "primary": true }],
  "phoneNumbers": [{ "value": "{$user.phone}", "type": "work" }],
  "title": "{$parameters.title}",
  "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {
    "department": "{$parameters.department}"
  }
}`;

/** @see https://developers.onelogin.com/scim */
export const ONELOGIN_GUIDE: Guide = {
  file: 'onelogin',
  title: 'OneLogin',
  name: 'OneLogin',
  mark: 'OL',
  about: 'By One Identity',
  role: 'Super user',
  duration: 'about 20 minutes',
  mapping: {
    userName: 'scimusername (parameter)',
    'name.givenName': 'firstname',
    'name.familyName': 'lastname',
    'emails[type eq "work"].value': 'email',
    'phoneNumbers[type eq "work"].value': 'phone',
    title: 'title (parameter)',
  },
  sections: [
    {
      title: 'Create the application',
      on: 'connect',
      blocks: [
        text`
          Choose Applications > Add App > *SCIM Provisioner with SAML (SCIM v2 Enterprise)* and
          save. Provisioning needs a subscription with Advanced Directory.`,
      ],
    },
    {
      title: 'Enter the connection',
      on: 'connect',
      blocks: [
        'Open the Configuration tab:',
        {
          fields: [
            { label: 'SCIM Base URL', value: BASE_URL },
            { label: 'SCIM Bearer Token', value: TOKEN },
            { label: 'Custom Headers', value: 'empty' },
            { label: 'SCIM JSON Template', value: 'the template below' },
          ],
        },
        { code: TEMPLATE, language: 'json' },
        text`
          - Save, then choose API Status > **Enable**. OneLogin looks up a user that does not exist;
          the status then changes to Enabled.
          - On the Provisioning tab, select **Enable provisioning**. Clear "Require admin approval"
          for create and update; otherwise every change waits as Pending. Leave it selected for
          delete if you want to review every removal.
          - For users that are deleted or lose access, select **Suspend**, which keeps them here.`,
      ],
    },
    {
      title: 'Check the mappings',
      on: 'connect',
      blocks: [
        text`
          OneLogin sends what the template contains. The parameter \`scimusername\` is the user
          name; set it to Email if your users have none.`,
        { mappingTable: true },
        text`
          Values without an attribute of OneLogin come from custom fields:
          \`{$user.custom_fields.<short name>}\` in the template.`,
        {
          customAttributes: text`
            Create a field under Users > Custom User Fields, add it to the template under the schema
            in front of the attribute's name, and list the schema in \`schemas\`.`,
        },
      ],
    },
    {
      title: 'Assign users',
      on: 'start',
      blocks: [
        text`
          Open Users > a user > Applications, add the application, and save. If the status is
          Pending, choose it and then Approve. To send all users again, choose Users > Apply to all
          > Reapply Mappings. Under Activity > Notifications, check that failed provisioning is
          reported to you.`,
        {
          withGroups: text`
            For groups, choose Parameters > Groups and select Include in User Provisioning. Choose
            Rules > Add Rule > Set Groups, from OneLogin's roles, grant the roles under Access, and
            reapply the mappings. OneLogin does not delete groups.`,
        },
        {
          usersOnly: text`
            Clear **Include in User Provisioning** of the parameter Groups, and add no rule that
            sets groups.`,
        },
      ],
    },
  ],
  troubleshooting: [
    text`
      **Changes stay Pending.** "Require admin approval" is still selected on the Provisioning tab.

      Users > Provisioning and Activity > Events show what OneLogin did.`,
  ],
  rotation: [
    text`
      Paste the new token as SCIM Bearer Token and save. Check that API Status is still Enabled.`,
  ],
  sources: [
    '[SCIM Provisioner](https://onelogin.service-now.com/kb?id=kb_article_view&sysparm_article=KB0013904)',
    '[What the connection test sends](https://developers.onelogin.com/scim/implement-scim-api)',
    '[Attributes of the template](https://developers.onelogin.com/scim/define-user-schema)',
    '[Testing](https://developers.onelogin.com/scim/test-your-scim)',
    'Guides of other products for the same screens: [Living Security](https://www.livingsecurity.com/migration/support/configuring-scim-for-onelogin), [Bitwarden](https://bitwarden.com/help/onelogin-scim-integration/)',
  ],
};
