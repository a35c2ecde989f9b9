import type { Explanations } from './explanation';

/** Explanations of requests that are not let in. */
export const ACCESS_EXPLANATIONS: Explanations<
  | 'tokenRefused'
  | 'clientRefused'
  | 'scopeMissing'
  | 'connectionDisabled'
  | 'groupsOff'
  | 'readOnlyType'
  | 'rateLimited'
> = {
  tokenRefused: {
    title: 'The token is no longer valid',
    meaning:
      '{idp} sends a token that has expired, was replaced or was revoked. ' +
      'Nothing is synced until it has a valid token.',
    remedy:
      "Issue a new token or read the current one from the connection's secret, " +
      'and paste it into {idp}.',
    forCustomers:
      'Ask the operators for a new token, or create one in the portal. In {idp}, paste it at ' +
      '{tokenField}, test it ({test}), and save.',
    remedies: {
      entra:
        "Read the current token from the connection's secret, or issue a new one. Paste it at " +
        'Provisioning > Connectivity > Secret Token, choose Test Connection and save. If ' +
        'provisioning is in quarantine, choose Restart provisioning.',
      okta:
        "Read the current token from the connection's secret, or issue a new one. Paste it at " +
        'Provisioning > Integration > Edit, choose Test API Credentials and save. Then retry the ' +
        'failed tasks at Dashboard > Tasks.',
    },
  },
  clientRefused: {
    title: 'The client is refused',
    meaning:
      '{idp} asks for an access token with a client id, a secret or an assertion that this ' +
      'connection does not accept. The entry says what was expected, and what came.',
    remedy:
      'Compare the client id and the secret in {idp} with those of the connection, or the ' +
      'issuer, subject and audience of its assertion with the trust of the connection. Issue a ' +
      'new secret if it has expired.',
    forCustomers:
      'Compare the client id in {idp} with the one that you were given. If the secret has ' +
      'expired, create another in the portal, or ask the operators for one.',
  },
  scopeMissing: {
    title: 'The token lacks a scope',
    meaning: '{idp} uses a token with scopes, and the request needs a scope that it does not have.',
    remedy: "Give {idp} the connection's main token, or a token with the missing scope.",
    forCustomers: 'Ask the operators which token {idp} should use.',
  },
  connectionDisabled: {
    title: 'The connection is disabled',
    meaning: 'An operator has disabled this connection. All of its requests are rejected.',
    remedy: 'Enable the connection through the admin API, or stop provisioning in {idp}.',
    forCustomers: 'Ask the operators why, or stop provisioning in {idp}.',
  },
  rateLimited: {
    title: 'Too many requests',
    meaning:
      '{idp} sends more requests per second than the limit of this connection. ' +
      'It repeats the rejected requests later, so that nothing is lost, but a sync takes longer.',
    remedy: 'If this lasts, raise rateLimit of the connection.',
    forCustomers: 'If this lasts, ask the operators for a higher limit.',
  },
  readOnlyType: {
    title: 'A read-only resource was changed',
    meaning:
      '{idp} tries to change a resource that the application publishes, such as a role. It may ' +
      'only read these. Users are not affected.',
    remedy:
      'Turn off the provisioning of these resources in {idp}; it only has to discover them. If ' +
      '{idp} is to manage them, define the type with managedBy client.',
    forCustomers: 'Turn off the provisioning of these resources in {idp}.',
  },
  groupsOff: {
    title: 'Groups are sent to a users-only connection',
    meaning: '{idp} sends groups, but this connection accepts users only. Users are not affected.',
    remedy: 'Turn off group provisioning in {idp}, or let the connection accept groups.',
    forCustomers:
      'Turn off group provisioning in {idp}. If groups are needed, ask the operators to accept ' +
      'them.',
    remedies: {
      entra:
        'Set Provisioning > Mappings > Provision Microsoft Entra ID Groups > Enabled to No, or ' +
        'let the connection accept groups.',
      okta:
        'Remove the groups at Push Groups of the application, or let the connection accept ' +
        'groups.',
    },
  },
};
