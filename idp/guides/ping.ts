import { BASE_URL, text, TOKEN, type Guide } from './guide';

/** @see https://docs.pingidentity.com/pingone/integrations/p1_create_scim_connection.html */
export const PING_GUIDE: Guide = {
  file: 'ping',
  title: 'PingOne or PingFederate',
  name: 'Ping',
  mark: 'Pi',
  about: 'Cloud or on premises',
  role: 'Environment Admin (PingOne) or Admin (PingFederate)',
  duration: '20 to 60 minutes',
  mapping: {
    userName: 'Username',
    'name.givenName': 'Given Name',
    'name.familyName': 'Family Name',
    'emails[type eq "work"].value': 'Email Address',
    'phoneNumbers[type eq "mobile"].value': 'Mobile Phone',
    'phoneNumbers[type eq "work"].value': 'Primary Phone',
    title: 'Title',
    'addresses[type eq "work"].streetAddress': 'Street Address',
    'addresses[type eq "work"].locality': 'Locality',
    'addresses[type eq "work"].region': 'Region',
    'addresses[type eq "work"].postalCode': 'Postal Code',
    'addresses[type eq "work"].country': 'Country Code',
    active: 'Enabled',
  },
  sections: [
    {
      title: 'If you use PingOne, enter the connection',
      on: 'connect',
      blocks: [
        text`
          Choose Integrations > Provisioning > + > New connection > Identity Store > SCIM Outbound.
          For PingFederate, go on with the next step.`,
        {
          fields: [
            { label: 'SCIM base URL', value: BASE_URL },
            { label: 'Users resource', value: '`/Users`' },
            { label: 'Groups resource', value: '`/Groups`' },
            { label: 'SCIM version', value: '2.0' },
            { label: 'Authentication method', value: 'OAuth 2 Bearer Token' },
            { label: 'OAuth Access Token', value: TOKEN },
            { label: 'Auth Type Header', value: 'Bearer' },
          ],
        },
        text`
          - Choose **Test connection**.
          - Under Preferences, set User Filter Expression to \`userName Eq "%s"\` and User
          Identifier to \`userName\`. Set Remove Action to **Disable**, which keeps users here.
          - Save and switch the connection on.
          - The identifier can only be changed with a new connection, and PingOne cannot clear an
          attribute once it is set.`,
      ],
    },
    {
      title: 'If you use PingFederate, enter the connection',
      on: 'connect',
      blocks: [
        text`
          PingFederate needs the SCIM connector, which is an add-on: the bundled provisioner
          supports only SCIM 1.1. Choose Applications > Integration > SP Connections > Create
          Connection, type Outbound Provisioning, SCIM Connector. Then choose Outbound Provisioning
          > Configure Provisioning > Target:`,
        {
          fields: [
            { label: 'SCIM URL', value: BASE_URL },
            { label: 'SCIM Version', value: '2.0' },
            { label: 'Authentication Method', value: 'OAuth 2 Bearer Token' },
            { label: 'Access Token', value: TOKEN },
            { label: 'Unique User Identifier', value: '`userName`' },
            { label: 'Filter Expression', value: '`userName eq "%s"`' },
            { label: 'User Create, User Update, User Disable', value: 'selected' },
            { label: 'Remove User Action', value: 'Disable' },
            { label: 'Group Name Source', value: 'Common Name' },
            { label: 'Use PATCH for Group Updates', value: 'selected' },
          ],
        },
      ],
    },
    {
      title: 'Check the mappings',
      on: 'connect',
      blocks: [
        text`
          In PingOne, choose Rules > New Rule, select the connection and a user filter, keep the
          default mappings, and add those that are missing. In PingFederate, choose Manage Channels
          > Create, set the source, and map at least \`userName\`, \`workEmail\`,
          \`givenName\` and \`familyName\`. The names below are PingOne's.`,
        { mappingTable: true },
        {
          usersOnly: text`
            In PingOne, add **no groups** to the rule. In PingFederate, enter no group in the source
            of the channel.`,
        },
        {
          withGroups: text`
            In PingOne, choose Group Provisioning > Add Groups in the rule. A group with the same
            name here is taken over. At most 1,000 groups in a rule are recommended.`,
        },
        {
          customAttributes: text`
            PingFederate's connector supports a custom schema for users. PingOne documents core and
            enterprise attributes only.`,
        },
      ],
    },
    {
      title: 'Start provisioning',
      on: 'start',
      blocks: [
        text`
          In PingOne, switch the rule on. Changes of users are sent at once, and Full Resync on the
          rule sends all users again: to try it, edit one user. In PingFederate, activate the
          channel and the connection. Neither has a threshold for deletions. PingOne can mail
          alerts: Monitoring > Alerts.`,
      ],
    },
  ],
  troubleshooting: [
    text`
      In PingOne, Integrations > Provisioning shows the sync status of the rule. PingFederate writes
      failures to \`log/provisioner.log\`.`,
  ],
  rotation: [
    text`
      In PingOne, paste the new token as OAuth Access Token and test the connection. In
      PingFederate, paste it as Access Token on the Target tab.`,
  ],
  sources: [
    'PingOne: [creating a SCIM connection](https://docs.pingidentity.com/pingone/integrations/p1_create_scim_connection.html), [sync status](https://docs.pingidentity.com/pingone/integrations/p1_provisioning_sync_status.html), [groups](https://docs.pingidentity.com/pingone/integrations/p1_provisioning_configuring_outbound_group_provisioning.html), [limitations](https://docs.pingidentity.com/pingone/integrations/p1_scim_provisioning_limitations.html)',
    'PingFederate: [SCIM connector](https://docs.pingidentity.com/integrations/scim/pf_scim_connector.html), [settings](https://docs.pingidentity.com/integrations/scim/setup/pf_scim_connector_scim_connector_settings_reference.html)',
  ],
};
