import type { IdentityProvider } from '../profiles/registry';

/** What an identity provider calls things in its console, for texts that administrators read. Sources: docs/guides/. */
export interface Console {
  readonly name: string;
  /** Where the token is pasted. */
  readonly tokenField: string;
  /** What shows that it works. */
  readonly test: string;
  /** Where its provisioning shows what it does. */
  readonly progress: string;
  /** What to do when it has given up and calls only once a day; undefined for those that do not do so. */
  readonly quarantine?: string;
}

const OTHER: Console = {
  name: 'the identity provider',
  tokenField: 'its settings for SCIM, bearer token',
  test: 'its connection test',
  progress: 'its provisioning log',
};

const CONSOLES: Readonly<Record<IdentityProvider, Console>> = {
  entra: {
    name: 'Entra ID',
    tokenField:
      'Enterprise apps > your application > Provisioning > Connectivity (or Admin Credentials) > Secret Token',
    test: 'Test Connection',
    progress: 'Provisioning > Overview, and Provisioning logs',
    // https://learn.microsoft.com/en-us/entra/identity/app-provisioning/application-provisioning-quarantine-status
    quarantine:
      'Provisioning > Overview says whether it is in quarantine, and why. Remove the cause, then choose Restart provisioning. After four weeks in quarantine Entra ID disables the job.',
  },
  okta: {
    name: 'Okta',
    tokenField: 'Applications > your application > Provisioning > Integration (or API Integration) > Edit > token',
    test: 'Test Connector Configuration (or Test API Credentials)',
    progress: 'Dashboard > Tasks, and Reports > System Log',
  },
  jumpcloud: {
    name: 'JumpCloud',
    tokenField: 'SSO Applications > your application > Identity Management (or Provisioning) > Token Key',
    test: 'Test Connection',
    progress: 'Directory Insights, service SSO',
  },
  onelogin: {
    name: 'OneLogin',
    tokenField: 'Applications > your application > Configuration > SCIM Bearer Token',
    test: 'API Status, which must say Enabled',
    progress: 'Users > Provisioning, and Activity > Events',
  },
  google: {
    name: 'Google Workspace',
    tokenField: 'Apps > Web and mobile apps > your app > Autoprovisioning > App authorization > Reauthorize',
    test: 'the log of autoprovisioning',
    progress: 'Apps > Web and mobile apps > your app > Autoprovisioning, and its log',
  },
  ping: {
    name: 'Ping',
    tokenField:
      'Integrations > Provisioning > your connection > OAuth Access Token (PingFederate: Outbound Provisioning > Target > Access Token)',
    test: 'Test connection',
    progress: 'Integrations > Provisioning > your rule > the sync status',
  },
  generic: OTHER,
  rfc: OTHER,
};

/** The console of a connection's identity provider; a name from a later version, after a rollback, is any other one's. */
export function consoleOf(identityProvider: string): Console {
  const [, found] = Object.entries(CONSOLES).find(([name]) => name === identityProvider) ?? [];
  return found ?? OTHER;
}
