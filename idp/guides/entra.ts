import { BASE_URL, text, TOKEN, type Guide } from './guide';

/** @see https://learn.microsoft.com/en-us/entra/identity/app-provisioning/ */
export const ENTRA_GUIDE: Guide = {
  file: 'entra',
  title: 'Microsoft Entra ID',
  name: 'Entra ID',
  mark: 'ME',
  about: 'Formerly Azure AD',
  role: 'Application Administrator',
  duration: '20 to 30 minutes',
  mapping: {
    userName: 'userPrincipalName',
    'name.givenName': 'givenName',
    'name.familyName': 'surname',
    'emails[type eq "work"].value': 'mail',
    'phoneNumbers[type eq "mobile"].value': 'mobile',
    'phoneNumbers[type eq "work"].value': 'telephoneNumber',
    title: 'jobTitle',
    'addresses[type eq "work"].streetAddress': 'streetAddress',
    'addresses[type eq "work"].locality': 'city',
    'addresses[type eq "work"].region': 'state',
    'addresses[type eq "work"].postalCode': 'postalCode',
    'addresses[type eq "work"].country': 'country',
    active: 'Switch([IsSoftDeleted], , "False", "True", "True", "False")',
  },
  sections: [
    {
      title: 'Create the application',
      on: 'connect',
      blocks: [
        text`
          In the [Entra admin center](https://entra.microsoft.com), choose Entra ID > Enterprise
          apps > New application > Create your own application, then *Integrate any other
          application you don't find in the gallery (Non-gallery)*.

          Labels differ slightly between tenants while Microsoft moves to its new screens; this
          guide names both where they are known.`,
      ],
    },
    {
      title: 'Enter the connection',
      on: 'connect',
      blocks: [
        text`
          Choose Provisioning > New configuration. In older tenants, choose Get started and set
          Provisioning Mode to Automatic. Set the authentication method, if it is shown, to
          **Bearer authentication**.`,
        {
          fields: [
            { label: 'Tenant URL', value: BASE_URL },
            { label: 'Secret Token', value: TOKEN },
          ],
        },
        text`
          - Enter the Tenant URL with nothing after it. The flag \`?aadOptscim062020\` is
          optional: both forms of requests are understood.
          - Enter the Secret Token without the word "Bearer", and do not leave it blank: Entra ID
          would send a token of its own, which is rejected.
          - Choose **Test Connection**, then **Create** (or **Save**). The test looks up a user that
          does not exist and expects an empty list.`,
      ],
    },
    {
      title: 'Check the mappings',
      on: 'connect',
      blocks: [
        text`
          Choose Provisioning > Attribute mapping (or Mappings) and open the mapping for users. Keep
          Create, Update and Delete enabled. Microsoft's default mappings can stay; these matter:`,
        { mappingTable: true },
        text`
          - Keep \`userName\` as the matching attribute with precedence 1.
          - Change the source of \`externalId\` from \`mailNickname\` to \`objectId\`,
          which never changes.
          - Keep \`active\` mapped from \`IsSoftDeleted\`, not from \`accountEnabled\`: only
          \`IsSoftDeleted\` also covers users that are unassigned, out of scope, or in the
          recycle bin.
          - You can delete the mappings for fax, \`emails[type eq "other"].value\` and
          \`addresses[type eq "other"].formatted\`. Any change of the mappings lets Entra ID
          evaluate all users again.`,
        {
          usersOnly: text`
            Open the mapping for groups (Groups, or Provision Microsoft Entra ID Groups) and set
            **Enabled** to **No**. You can still assign groups: their members are provisioned, the
            groups are not. If you forget this, users still sync, and pushed groups appear as
            failed.`,
        },
        {
          withGroups: text`
            For groups, keep \`displayName\` (matching), \`objectId\` to \`externalId\`,
            and \`members\`. Group names are unique within a connection. Entra ID does not read
            nested groups.`,
        },
      ],
    },
    {
      title: 'Add custom attributes',
      on: 'connect',
      blocks: [
        {
          customAttributes: text`
            In the mapping for users, choose Show advanced options > Edit attribute list for the
            application, add each attribute under its full name with type String, and save. If the
            link is missing, open the portal with
            [this address](https://portal.azure.com/?Microsoft_AAD_Connect_Provisioning_forceSchemaEditorEnabled=true).
            Then choose Add New Mapping for each attribute: type Direct, the source attribute, and
            the attribute that you just added.`,
        },
      ],
    },
    {
      title: 'Start provisioning',
      on: 'start',
      blocks: [
        text`
          1. Assign users and groups under Users and groups. Assigning groups needs Entra ID P1 or
          P2; with the free edition, assign users.
          2. Choose **Provision on demand**, search for an assigned user and choose Provision. It
          takes less than a minute, and shows that everything works.
          3. Turn on **accidental deletion prevention** with a threshold lower than the number of
          your users (Provisioning > Settings, or Overview > Properties). If a cycle would disable
          or delete more, the job goes into quarantine, and nothing is deleted until you choose
          Allow deletes.
          4. Enter a **notification email** at the same place, so that Entra ID reports a
          quarantine.
          5. Choose **Start provisioning**. A cycle runs about every 40 minutes.`,
      ],
    },
    {
      title: 'Deactivation and deletion',
      on: 'docs',
      blocks: [
        {
          columns: ['In Entra ID', 'Here'],
          rows: [
            [
              'User is unassigned, disabled, out of scope or in the recycle bin',
              'Deactivated (`active` is false)',
            ],
            ['User is assigned again, enabled or restored', 'Active again under the same id'],
            [
              'User is permanently deleted, 30 days after the soft delete',
              'Deleted; the record is kept by default',
            ],
          ],
        },
        text`
          A deactivated user keeps its history. Provision on demand cannot disable users that are
          disabled or deleted in Entra ID; the next cycle does.`,
      ],
    },
  ],
  troubleshooting: [
    {
      columns: ['Message', 'Cause'],
      rows: [
        [
          '404, "not found"',
          'Wrong Tenant URL; it must end with `/v2/connections/` and the id of the connection',
        ],
        [
          'Invalid credentials',
          'Wrong, expired or revoked token, or wrong connection id in the URL',
        ],
        ['403', 'The connection is disabled'],
      ],
    },
    text`
      **Quarantine.** After several thousand failures, or with wrong credentials, Entra ID puts the
      job in quarantine and runs it only once a day. After four weeks in quarantine, it disables the
      job. Fix the cause, then choose **Restart provisioning**.`,
  ],
  rotation: [
    text`
      Paste the new token at Provisioning > Connectivity > Secret Token, choose Test Connection and
      save. If provisioning is in quarantine, choose Restart provisioning.`,
  ],
  sources: [
    '[SCIM in Entra ID](https://learn.microsoft.com/en-us/entra/identity/app-provisioning/use-scim-to-provision-users-and-groups)',
    '[Attribute mappings](https://learn.microsoft.com/en-us/entra/identity/app-provisioning/customize-application-attributes)',
    '[How provisioning works](https://learn.microsoft.com/en-us/entra/identity/app-provisioning/how-provisioning-works)',
    '[Provisioning on demand](https://learn.microsoft.com/en-us/entra/identity/app-provisioning/provision-on-demand)',
    '[Accidental deletions](https://learn.microsoft.com/en-us/entra/identity/app-provisioning/accidental-deletions)',
    '[Quarantine](https://learn.microsoft.com/en-us/entra/identity/app-provisioning/application-provisioning-quarantine-status)',
  ],
};
