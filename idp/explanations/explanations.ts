import { CAUSES, type Cause } from './causes';
import { consoleOf } from './console';
import type { IdentityProvider } from '../profiles/registry';

/*
 * Why requests fail, and what an administrator can do about it in the console of the identity provider: one table that the provisioning log, the mails and
 * docs/troubleshooting.md share. `{attribute}` and `{idp}` stand for what a failure is about.
 */

export interface Explanation {
  /** In a few words. */
  readonly title: string;
  /** What happened, in the words of who administers an identity provider. */
  readonly meaning: string;
  /** What to do about it. */
  readonly remedy: string;
  /** The same where an identity provider has its own way. */
  readonly remedies?: Readonly<Partial<Record<IdentityProvider, string>>>;
}

const EXPLANATIONS: Readonly<Record<Cause, Explanation>> = {
  tokenRefused: {
    title: 'The token is not valid any more',
    meaning:
      '{idp} sends a token that expired, was replaced or revoked. Until it has a valid one nothing is synchronized.',
    remedy: 'Issue a new token or read the current one in the secret of the connection, and paste it into {idp}.',
    remedies: {
      entra:
        'Read the current token in the secret of the connection, or issue a new one. Paste it at Provisioning > Connectivity > Secret Token, choose Test Connection and save; when provisioning is in quarantine, choose Restart provisioning.',
      okta: 'Read the current token in the secret of the connection, or issue a new one. Paste it at Provisioning > Integration > Edit, choose Test API Credentials and save; then retry the failed tasks at Dashboard > Tasks.',
    },
  },
  scopeMissing: {
    title: 'The token may not do this',
    meaning: 'The token that {idp} sends has scopes, and this request needs another one.',
    remedy: 'Give {idp} the main token of the connection, or one with the scope.',
  },
  connectionDisabled: {
    title: 'The connection is disabled',
    meaning: 'Somebody has disabled the connection here; every request is refused.',
    remedy: 'Enable it (PATCH the connection with "enabled": true), or stop provisioning in {idp}.',
  },
  groupsOff: {
    title: 'Groups are sent to a users-only connection',
    meaning: '{idp} sends groups, and this connection takes users alone. Users are not concerned.',
    remedy:
      'Switch off the provisioning of groups in {idp}, or let the connection take them (PATCH it with "groups": true).',
    remedies: {
      entra:
        'Provisioning > Mappings > Provision Microsoft Entra ID Groups > Enabled: No; or let the connection take groups.',
      okta: 'Remove the groups at Push Groups of the application; or let the connection take groups.',
    },
  },
  duplicateUser: {
    title: 'Another user has this {attribute}',
    meaning:
      '{idp} creates or renames a user, and another user of this connection has the {attribute} already, in some case of letters.',
    remedy:
      'Find the two in {idp} and give each a {attribute} of its own; a user who was created here by hand or by another application can be deleted.',
    remedies: {
      entra:
        'Two users have the same value in the attribute that is mapped to {attribute} (Mappings > Provision Microsoft Entra ID Users). Correct one of them; then Provision on demand shows that it works.',
      okta: 'Two assignments have the same {attribute}: correct it at Assignments > Edit user assignment, then retry the task at Dashboard > Tasks.',
    },
  },
  duplicateGroup: {
    title: 'Another group has this name',
    meaning:
      '{idp} creates or renames a group, and another group of this connection has the name already, in some case of letters.',
    remedy: 'Rename one of the two in {idp}.',
    remedies: {
      okta: 'Push Groups can link a pushed group to the one that is there: Push Groups > Edit > Link group. Otherwise rename one of the two.',
    },
  },
  missingValue: {
    title: '{attribute} is missing',
    meaning: '{idp} sends a user or a group without {attribute}, which each of them needs.',
    remedy: 'Fill the attribute in {idp} that is mapped to {attribute}, or map one that everybody has.',
    remedies: {
      entra:
        'Mappings > Provision Microsoft Entra ID Users: the source that is mapped to {attribute} is empty for this user. Fill it, or choose a source that everybody has; userPrincipalName for userName.',
      okta: 'Profile Editor > Mappings: what is mapped to {attribute} is empty for this user. Fill it in their Okta profile, or map an attribute that everybody has.',
    },
  },
  wrongValue: {
    title: '{attribute} is sent in a form that it does not have',
    meaning:
      '{idp} sends {attribute} as something that it cannot be: a text where a list belongs, a word where true or false belongs.',
    remedy: 'Correct the mapping of {attribute} in {idp}; what was expected is said with it.',
    remedies: {
      entra:
        'Attribute Mappings: look at the mapping to {attribute}. A target of several values is written with its type, such as emails[type eq "work"].value; true and false are the result of an expression such as Switch([IsSoftDeleted], , "False", "True", "True", "False").',
      okta: 'Profile Editor: the type of the attribute mapped to {attribute} must be that of the schema; one of several values is written emails[type eq "work"].value.',
    },
  },
  unknownMember: {
    title: 'A member is not there',
    meaning: '{idp} puts somebody into a group who has not been created here, or has been deleted.',
    remedy: 'Assign those users to the application in {idp} before the group, then push the group again.',
    remedies: {
      entra:
        'Provisioning > Scope: users of the group who are not in scope are not created. Put them in scope; the next cycle adds them to the group.',
      okta: 'Assign the group to the application, too, so that its members are created; then Push Groups > Push now.',
    },
  },
  wrongPath: {
    title: '{attribute}: there is no such attribute',
    meaning: '{idp} changes {attribute}, which this connection does not have.',
    remedy:
      'Correct its name in the mapping, remove the mapping, or give the connection a schema with it, over the admin API.',
    remedies: {
      entra:
        'Mappings > Provision Microsoft Entra ID Users > Show advanced options > Edit attribute list has the names that are sent; those of an extension are urn:…:attribute. Correct the name, delete the mapping, or give the connection the schema.',
      okta: 'Profile Editor > the application > the attribute: External name and External namespace are what is sent. Correct them, remove the attribute, or give the connection the schema.',
    },
  },
  noTarget: {
    title: 'A value that is to be changed is not there',
    meaning: '{idp} changes one of several values, such as the e-mail of the type "work", and there is none that fits.',
    remedy:
      'Restart the synchronization of this user in {idp}, which sends all of it; then look at the filter in the mapping of {attribute}.',
  },
  immutableValue: {
    title: '{attribute} cannot be changed',
    meaning: '{idp} changes {attribute}, which is given once or by this service.',
    remedy: 'Remove it from the mapping in {idp}.',
  },
  wrongFilter: {
    title: 'A search that cannot be answered',
    meaning: '{idp} looks for users or groups with a filter that this service cannot read.',
    remedy:
      'Match by userName or externalId in {idp}; the answer to the request, in the log of {idp}, says what is wrong with the filter.',
    remedies: {
      entra:
        'Mappings: the attribute with Match objects using this attribute must be userName, externalId or emails[type eq "work"].value.',
      okta: 'Provisioning > Integration: the unique identifier field for users must be userName.',
    },
  },
  notThere: {
    title: 'A user or group that is not there',
    meaning: '{idp} changes somebody who was deleted here, by it or by somebody else.',
    remedy: 'Let {idp} look again: it creates anew whom it does not find.',
    remedies: {
      entra:
        'Provisioning > Restart provisioning has Entra ID look for everybody again; a single user with Provision on demand.',
      okta: 'Take the assignment away and assign again, or for a group Push Groups > Unlink and push again.',
    },
  },
  changedMeanwhile: {
    title: 'Somebody else was faster',
    meaning: '{idp} changes a version that is not the current one any more; nothing was changed.',
    remedy: 'Nothing: it reads again and repeats. When it goes on, two applications write to the same connection.',
  },
  tooLarge: {
    title: 'A request that is too large',
    meaning: '{idp} sends more in one request than this service takes.',
    remedy:
      'Have {idp} send less at once: fewer members in a request, no photos. The limits are in the ServiceProviderConfig.',
  },
  malformed: {
    title: 'A request that is no SCIM',
    meaning: 'A request with a body that cannot be read, from {idp} or from somebody who tries something out.',
    remedy:
      'The answer to the request, in the log of {idp}, says what is wrong. When it is {idp} itself, choose the application type SCIM 2.0 there, not 1.1.',
  },
  unsupported: {
    title: 'Something that is not there',
    meaning:
      '{idp} asks for an endpoint or a method that this service does not have, often because the base URL is not whole or has something behind it.',
    remedy:
      'Compare the base URL in {idp} with that of the connection: it ends with the id of the connection and nothing else.',
    remedies: {
      entra:
        'Compare the Tenant URL with the base URL of the connection. It ends with the id of the connection; no /Users behind it.',
      okta: 'Compare the SCIM connector base URL with that of the connection. It ends with the id of the connection; no /Users behind it.',
    },
  },
  busy: {
    title: 'The service was busy',
    meaning:
      'More was asked for than the table took at that moment, or than fits into the time of a request. {idp} comes again by itself.',
    remedy: 'Nothing, when it was once. When it goes on: docs/runbook.md, Throttling.',
  },
  fault: {
    title: 'The service failed',
    meaning: 'A fault of this service, not of {idp}, which comes again by itself.',
    remedy:
      'Whoever runs the service finds the request by its id in the functions’ logs: docs/runbook.md, ServerErrors.',
  },
  mailNotSent: {
    title: 'A mail could not be sent',
    meaning:
      'SES did not take a mail to the recipients of this connection. It is tried again every hour, for three days.',
    remedy:
      'Whoever runs the service looks at the error. MessageRejected or MailFromDomainNotVerified: SES has not verified the sender, or is in its sandbox and has not verified a recipient. Others: docs/runbook.md, MailFailures.',
  },
};

/** What is told of a failure of a cause. */
export interface Told {
  readonly title: string;
  readonly meaning: string;
  readonly remedy: string;
}

/**
 * The explanation of a cause for a connection.
 * @param cause one of `CAUSES`; another one, of a later version after a rollback, is a fault
 * @param identityProvider of the connection
 * @param attribute that the failure is about
 */
export function explain(cause: string, identityProvider: string, attribute: string | undefined): Told {
  const { title, meaning, remedy, remedies } = explanationOf(cause);
  const own = Object.entries(remedies ?? {}).find(([name]) => name === identityProvider)?.[1];
  const { name } = consoleOf(identityProvider);
  const told = (text: string): string => {
    const filled = text.replaceAll('{attribute}', attribute ?? 'an attribute').replaceAll('{idp}', name);
    // The name of an attribute is written as it is.
    if (attribute !== undefined && text.startsWith('{attribute}')) return filled;
    return filled.charAt(0).toUpperCase() + filled.slice(1);
  };
  return { title: told(title), meaning: told(meaning), remedy: told(own ?? remedy) };
}

/** The explanation as it is in the table. */
export function explanationOf(cause: string): Explanation {
  const found = CAUSES.find((each) => each === cause);
  return EXPLANATIONS[found ?? 'fault'];
}
