import type { Explanations } from './explanation';

/** Explanations of requests that cannot be served. */
export const REQUEST_EXPLANATIONS: Explanations<
  | 'wrongFilter'
  | 'notThere'
  | 'changedMeanwhile'
  | 'tooLarge'
  | 'malformed'
  | 'unsupported'
  | 'busy'
  | 'fault'
  | 'mailNotSent'
> = {
  wrongFilter: {
    title: 'The search cannot be answered',
    meaning:
      '{idp} searched for users or groups in a way that this service does not support, for ' +
      'example with a filter that cannot be read.',
    remedy:
      'Match by userName or externalId in {idp}. The response, in the log of {idp}, shows what ' +
      'is wrong with the search.',
    remedies: {
      entra:
        'Mappings: the attribute used to match objects must be userName, externalId or ' +
        'emails[type eq "work"].value.',
      okta: 'Provisioning > Integration: the unique identifier field for users must be userName.',
    },
  },
  notThere: {
    title: 'The user or group does not exist',
    meaning: '{idp} tried to change a user or group that no longer exists here.',
    remedy: 'Let {idp} match its users and groups again: it creates those that it does not find.',
    remedies: {
      entra:
        'Choose Provisioning > Restart provisioning to match all users again, or use Provision ' +
        'on demand for a single user.',
      okta:
        'Remove the assignment and assign the user again. For a group, choose Push Groups > ' +
        'Unlink and push it again.',
    },
  },
  changedMeanwhile: {
    title: 'The user or group has changed in the meantime',
    meaning: '{idp} tried to change an outdated version of a user or group. Nothing was changed.',
    remedy:
      'You need to do nothing: {idp} reads the current version and tries again. If this ' +
      'continues, two applications are writing to the same connection.',
  },
  tooLarge: {
    title: 'The request is too large',
    meaning: '{idp} sent more in one request than this service accepts.',
    remedy:
      'Send less at once from {idp}: fewer group members per request, and no photos. ' +
      'ServiceProviderConfig lists the limits.',
  },
  malformed: {
    title: 'The request is not valid SCIM',
    meaning: 'The body of a request cannot be read. It may come from a manual test.',
    remedy:
      'The response, in the log of {idp}, shows what is wrong. If {idp} sent the request itself, ' +
      'choose the application type SCIM 2.0 there, not 1.1.',
  },
  unsupported: {
    title: 'The endpoint or method does not exist',
    meaning:
      '{idp} called an endpoint or method that this service does not have. Often the base URL is ' +
      'incomplete, or has something appended.',
    remedy:
      "Compare the base URL in {idp} with the connection's: it ends with the connection's id and " +
      'nothing else.',
    remedies: {
      entra:
        "Compare the Tenant URL with the connection's base URL. It ends with the connection's " +
        'id, without /Users.',
      okta:
        "Compare the SCIM connector base URL with the connection's. It ends with the " +
        "connection's id, without /Users.",
    },
  },
  busy: {
    title: 'The service was busy',
    meaning:
      'The request was throttled or took too long. Most identity providers try again by ' +
      'themselves.',
    remedy:
      'You need to do nothing if it happened once. If it continues, the operator finds help at ' +
      'docs/operations/runbook.md, Throttling.',
    forCustomers:
      'You need to do nothing if it happened once. If it continues, tell the operators.',
    remedies: {
      okta: 'Retry the failed tasks at Dashboard > Tasks.',
    },
  },
  fault: {
    title: 'The service failed',
    meaning: 'The fault is in this service, not in {idp}.',
    remedy:
      'The operator finds the request by its id in the logs of the functions: see ' +
      'docs/operations/runbook.md, ServerErrors.',
    forCustomers: 'You can do nothing. If it continues, tell the operators.',
  },
  mailNotSent: {
    title: 'A mail could not be sent',
    meaning:
      'A mail to the recipients of this connection was not accepted. It is tried again every ' +
      'hour, for three days.',
    remedy:
      'The operator looks at the error. MessageRejected and ' +
      'MailFromDomainNotVerified mean that SES has not verified the sender, or that its sandbox ' +
      'has not verified a recipient. For others see docs/operations/runbook.md, MailFailures.',
    forCustomers: 'You can do nothing. The operators of this service see it, too.',
  },
};
