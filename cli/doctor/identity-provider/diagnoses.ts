import type { Diagnoses } from '../finding';

/*
 * The findings of the doctor when it acts as an identity provider. `docs/reference/doctor.md` is
 * generated from this table and that of the operator.
 */

const RFC7643 = 'https://www.rfc-editor.org/rfc/rfc7643';
const RFC7644 = 'https://www.rfc-editor.org/rfc/rfc7644';
const ENTRA =
  'https://learn.microsoft.com/entra/identity/app-provisioning/use-scim-to-provision-users-and-groups';
const ENTRA_QUARANTINE =
  'https://learn.microsoft.com/entra/identity/app-provisioning/application-provisioning-quarantine-status';
const OKTA = 'https://developer.okta.com/docs/api/openapi/okta-scim/guides/scim-20/';

/** The kinds of problems of a SCIM server by name. */
export const SERVER_DIAGNOSES = {
  noAnswer: {
    id: 'D001',
    title: 'The server does not answer',
    consequence: 'The connection test fails, and nothing is synced.',
    remedy: 'Check the host name, the firewall and the port. Identity providers call from outside.',
    source: `${RFC7644}#section-2`,
  },
  certificateInvalid: {
    id: 'D002',
    title: 'The TLS certificate is not valid',
    consequence: 'The identity provider refuses to connect.',
    remedy: 'Install a certificate of a public authority for this host name, with its whole chain.',
    source: `${RFC7644}#section-7.1`,
  },
  certificateExpires: {
    id: 'D003',
    title: 'The TLS certificate ends soon',
    consequence: 'From its end on, the identity provider refuses to connect.',
    remedy: 'Renew the certificate, and let it renew itself.',
    source: `${RFC7644}#section-7.1`,
  },
  noTls12: {
    id: 'D004',
    title: 'TLS 1.2 is not offered',
    consequence: 'Entra ID connects with TLS 1.2 only.',
    remedy: 'Enable TLS 1.2 with ECDHE and AES-GCM.',
    source: `${ENTRA}#security-requirements`,
  },
  notEncrypted: {
    id: 'D005',
    title: 'The connection is not encrypted',
    consequence: 'Identity providers refuse a URL that does not start with https.',
    remedy: 'Serve SCIM over HTTPS.',
    source: `${RFC7644}#section-7.1`,
  },
  tokenRefused: {
    id: 'D006',
    title: 'The token is refused',
    consequence: 'The connection test fails; Entra ID quarantines a running job at once.',
    remedy: 'Issue a new token and paste all of it, without the word Bearer.',
    source: ENTRA_QUARANTINE,
  },
  wrongTokenAccepted: {
    id: 'D007',
    title: 'A wrong token is not answered with 401',
    consequence: 'Anybody can read the directory, or an expired token looks like another failure.',
    remedy: 'Answer requests without a valid token with 401 and a SCIM error.',
    source: `${RFC7644}#section-3.12`,
  },
  wrongUrl: {
    id: 'D008',
    title: 'There are no users below this URL',
    consequence: 'The connection test fails; later, Entra ID quarantines the job.',
    remedy: 'Use the base URL: the part before /Users, without a slash at its end.',
    source: `${RFC7644}#section-3.2`,
  },
  notJson: {
    id: 'D009',
    title: 'An answer is not JSON',
    consequence: 'The identity provider shows a parse error in place of the message.',
    remedy: 'Answer with JSON only, errors too; look for a proxy or a sign-in page in between.',
    source: `${RFC7644}#section-3.8`,
  },
  contentType: {
    id: 'D010',
    title: 'The content type is not application/scim+json',
    consequence: "Microsoft's validation refuses other types.",
    remedy: 'Answer with Content-Type: application/scim+json.',
    source: `${RFC7644}#section-8.1`,
  },
  notAnEmptyList: {
    id: 'D011',
    title: 'A search without a match is not an empty list',
    consequence: 'Test Connection fails in Entra ID, and every cycle begins with this request.',
    remedy: 'Answer with 200 and a ListResponse with totalResults 0.',
    source: `${RFC7644}#section-3.4.2`,
  },
  numberAsText: {
    id: 'D012',
    title: 'The numbers of a list are texts',
    consequence: 'Okta cannot read the list, and imports nothing.',
    remedy: 'Send totalResults, startIndex and itemsPerPage as numbers.',
    source: `${RFC7644}#section-3.4.2`,
  },
  errorBody: {
    id: 'D013',
    title: 'An error is not a SCIM error',
    consequence: 'The identity provider shows no reason, so that its administrator cannot help.',
    remedy: 'Answer with the schema of errors, status as text, and detail.',
    source: `${RFC7644}#section-3.12`,
  },
  slow: {
    id: 'D014',
    title: 'An answer takes too long',
    consequence: 'The identity provider ends the request and counts a failure.',
    remedy: 'Index the attributes of filters, and look for cold starts.',
    source: OKTA,
  },
  noSchemas: {
    id: 'D015',
    title: 'Discovery does not describe users and groups',
    consequence: "Entra's gallery reads /Schemas; its validation of groups fails without Group.",
    remedy: 'List User and Group in /Schemas and /ResourceTypes, as a ListResponse.',
    source: `${RFC7644}#section-4`,
  },
  noServiceProviderConfig: {
    id: 'D016',
    title: '/ServiceProviderConfig is missing or contradicts the server',
    consequence: 'Clients that read it use the wrong requests.',
    remedy: 'State whether PATCH and filters are supported, as they are.',
    source: `${RFC7643}#section-5`,
  },
  createFailed: {
    id: 'D017',
    title: 'A user cannot be created',
    consequence: 'No new user is provisioned; the task fails and is repeated.',
    remedy: 'Accept the body as it is sent: ignore attributes that are unknown or read-only.',
    source: `${RFC7644}#section-3.3`,
  },
  createAnswer: {
    id: 'D018',
    title: 'The answer to a creation is incomplete',
    consequence: 'The identity provider cannot store the id, and creates the user again.',
    remedy: 'Answer with 201 and the whole user: schemas, id, userName and meta.',
    source: `${RFC7644}#section-3.3`,
  },
  valueLost: {
    id: 'D019',
    title: 'A value that was sent is not stored',
    consequence: 'The identity provider sends it again in every cycle, or shows a difference.',
    remedy: 'Store the value as it was sent and return it.',
    source: `${RFC7644}#section-3.3`,
  },
  notFoundByFilter: {
    id: 'D020',
    title: 'A user is not found by a filter',
    consequence: 'The identity provider creates a user who exists already, and gets 409.',
    remedy: 'Answer the filter with eq, also for a percent-encoded value.',
    source: `${RFC7644}#section-3.4.2.2`,
  },
  caseOfUserName: {
    id: 'D021',
    title: 'userName is compared with its capitalization',
    consequence: 'A user whose name is written otherwise is not found, and created twice.',
    remedy: 'Compare userName without regard to case.',
    source: `${RFC7643}#section-4.1.1`,
  },
  duplicateAccepted: {
    id: 'D022',
    title: 'A second user with the same userName is not refused with 409',
    consequence: 'A creation that is repeated after a lost answer makes two users.',
    remedy: 'Answer with 409 and scimType uniqueness.',
    source: `${RFC7644}#section-3.3.1`,
  },
  updateFailed: {
    id: 'D023',
    title: 'A change in the form of the identity provider fails',
    consequence: 'Attributes go out of date; with many failures, the job is quarantined.',
    remedy: 'Accept the form of the request that is shown.',
    source: `${RFC7644}#section-3.5`,
  },
  updateLost: {
    id: 'D024',
    title: 'A change was answered with success and is not there',
    consequence: 'The identity provider believes that the value is set, and does not repeat it.',
    remedy: 'Apply every operation, or answer with an error.',
    source: `${RFC7644}#section-3.5.2`,
  },
  updateAnswer: {
    id: 'D025',
    title: 'The answer to a change is not what the identity provider needs',
    consequence: 'Okta stores the answer; an incomplete one removes values there.',
    remedy: 'Answer with 200 and the whole resource, or with 204 and no body.',
    source: OKTA,
  },
  deactivationFailed: {
    id: 'D026',
    title: 'A user is not deactivated',
    consequence: 'Users who leave keep their access.',
    remedy: 'Set active to false, whether it comes as a boolean or as the text "False".',
    source: `${RFC7643}#section-4.1.1`,
  },
  inactiveHidden: {
    id: 'D027',
    title: 'A deactivated user is not found',
    consequence: 'The identity provider creates the user again, without the history.',
    remedy: 'Return inactive users by id and by filter, with active false.',
    source: ENTRA,
  },
  reactivationFailed: {
    id: 'D028',
    title: 'A user is not reactivated',
    consequence: 'Users who come back have no access.',
    remedy: 'Set active to true on the same id.',
    source: `${RFC7643}#section-4.1.1`,
  },
  activeNotBoolean: {
    id: 'D029',
    title: 'active is not a boolean',
    consequence: 'The identity provider compares a text with a boolean, and changes it for ever.',
    remedy: 'Return true or false, not a text.',
    source: `${RFC7643}#section-2.3.2`,
  },
  deleteFailed: {
    id: 'D030',
    title: 'A resource is not deleted',
    consequence: 'Deleted users stay, and the deletion is repeated.',
    remedy: 'Answer DELETE with 204, and later requests for the resource with 404.',
    source: `${RFC7644}#section-3.6`,
  },
  groupsRefused: {
    id: 'D031',
    title: 'A group cannot be created or found',
    consequence: 'Groups are not provisioned; users are.',
    remedy: 'Support /Groups, or turn groups off in the identity provider.',
    source: `${RFC7644}#section-3.3`,
  },
  memberNotAdded: {
    id: 'D032',
    title: 'A member is not added to a group',
    consequence: 'Roles that follow from groups are missing.',
    remedy: 'Accept the form of the request that is shown.',
    source: `${RFC7644}#section-3.5.2.1`,
  },
  memberNotRemoved: {
    id: 'D033',
    title: 'A member is not removed from a group, or others are',
    consequence: 'Users keep roles that they should lose, or lose roles that they should keep.',
    remedy: 'Remove exactly the members that the request names.',
    source: `${RFC7644}#section-3.5.2.2`,
  },
  membersNotExcluded: {
    id: 'D034',
    title: 'excludedAttributes=members is ignored',
    consequence: 'Entra ID reads all members of large groups with each request.',
    remedy: 'Leave out the attributes that the request excludes.',
    source: `${RFC7644}#section-3.9`,
  },
  paging: {
    id: 'D035',
    title: 'Pages are wrong',
    consequence: 'An import misses users or never ends.',
    remedy: 'Return at most count resources from startIndex on, in a stable order.',
    source: `${RFC7644}#section-3.4.2.4`,
  },
  notCleanedUp: {
    id: 'D036',
    title: 'What the doctor created is still there',
    consequence: 'None; but somebody has to delete it.',
    remedy: 'Delete the user or group that is shown.',
    source: `${RFC7644}#section-3.6`,
  },
} as const satisfies Diagnoses<string>;

/** Name of a kind of problem of a SCIM server. */
export type ServerDiagnosis = keyof typeof SERVER_DIAGNOSES;
