import type { IdentityProvider } from '../profiles/registry';

/** The labels of an identity provider's console, for mails. The sources are in docs/guides. */
export interface ConsoleLabels {
  readonly name: string;
  /** Where the token is pasted. */
  readonly tokenField: string;
  /** The connection test. */
  readonly test: string;
  /** Where the console shows the progress of provisioning. */
  readonly progress: string;
  /**
   * What to do if provisioning is in quarantine; undefined for identity providers that have no such
   * state.
   */
  readonly quarantine?: string;
}

const OTHER: ConsoleLabels = {
  name: 'the identity provider',
  tokenField: 'the bearer token in its SCIM settings',
  test: 'its connection test',
  progress: 'its provisioning log',
};

const CONSOLES: Readonly<Record<IdentityProvider, ConsoleLabels>> = {
  entra: {
    name: 'Entra ID',
    tokenField:
      'Enterprise apps > your application > Provisioning > Connectivity (or Admin Credentials) > ' +
      'Secret Token',
    test: 'Test Connection',
    progress: 'Provisioning > Overview, and Provisioning logs',
    // https://learn.microsoft.com/en-us/entra/identity/app-provisioning/application-provisioning-quarantine-status
    quarantine:
      'Provisioning > Overview shows whether the job is in quarantine, and why. Fix the ' +
      'cause, then choose Restart provisioning. Entra ID disables the job after four weeks in ' +
      'quarantine.',
  },
  okta: {
    name: 'Okta',
    tokenField:
      'Applications > your application > Provisioning > Integration (or API Integration) > Edit ' +
      '> token',
    test: 'Test Connector Configuration (or Test API Credentials)',
    progress: 'Dashboard > Tasks, and Reports > System Log',
  },
  jumpcloud: {
    name: 'JumpCloud',
    tokenField:
      'SSO Applications > your application > Identity Management (or Provisioning) > Token Key',
    test: 'Test Connection',
    progress: 'Directory Insights, service SSO',
  },
  onelogin: {
    name: 'OneLogin',
    tokenField: 'Applications > your application > Configuration > SCIM Bearer Token',
    test: 'API Status, which must show Enabled',
    progress: 'Users > Provisioning, and Activity > Events',
  },
  google: {
    name: 'Google Workspace',
    tokenField:
      'Apps > Web and mobile apps > your app > Autoprovisioning > App authorization > Reauthorize',
    test: 'the autoprovisioning log',
    progress: 'Apps > Web and mobile apps > your app > Autoprovisioning, and its log',
  },
  ping: {
    name: 'Ping',
    tokenField:
      'Integrations > Provisioning > your connection > OAuth Access Token (PingFederate: ' +
      'Outbound Provisioning > Target > Access Token)',
    test: 'Test connection',
    progress: 'Integrations > Provisioning > your rule > the sync status',
  },
  generic: OTHER,
  rfc: OTHER,
};

/** Returns a console's labels; generic ones for a name that a later version introduced. */
export function consoleLabelsOf(identityProvider: string): ConsoleLabels {
  const [, found] = Object.entries(CONSOLES).find(([name]) => name === identityProvider) ?? [];
  return found ?? OTHER;
}
