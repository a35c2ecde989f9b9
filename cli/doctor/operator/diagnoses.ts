import type { Diagnoses } from '../finding';

/*
 * The findings of the doctor in a deployment. `docs/reference/doctor.md` is generated from this
 * table and that of the identity provider.
 */

const GUIDES = 'https://github.com/cdk-scim/cdk-scim/blob/main/docs';
const TOKENS = `${GUIDES}/guides/tokens.md`;
const RUNBOOK = `${GUIDES}/operations/runbook.md`;
const TROUBLESHOOTING = `${GUIDES}/operations/troubleshooting.md`;
const RECOVERY = `${GUIDES}/operations/recovery.md`;
const INTEGRATE = `${GUIDES}/guides/integrate.md#webhooks`;
const DEPLOYING = `${GUIDES}/guides/deploying.md`;
const QUARANTINE =
  'https://learn.microsoft.com/entra/identity/app-provisioning/application-provisioning-quarantine-status';
const SANDBOX = 'https://docs.aws.amazon.com/ses/latest/dg/request-production-access.html';
const IDENTITIES = 'https://docs.aws.amazon.com/ses/latest/dg/creating-identities.html';
const SIGNATURES =
  'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html';

/** The kinds of problems of a deployment by name. */
export const DEPLOYMENT_DIAGNOSES = {
  clock: {
    id: 'D101',
    title: 'The clock of this machine is wrong',
    consequence: 'AWS refuses requests whose signature is more than five minutes off.',
    remedy: 'Let the machine set its clock by NTP.',
    source: SIGNATURES,
  },
  noToken: {
    id: 'D102',
    title: 'A connection has no valid token',
    consequence: 'All requests are answered with 401; Entra ID quarantines the job at once.',
    remedy: 'Issue one (cdk-scim tokens rotate), and have it pasted at the identity provider.',
    source: TOKENS,
  },
  tokenEnds: {
    id: 'D103',
    title: 'A token ends soon',
    consequence: 'From its end on, all requests are answered with 401.',
    remedy: 'Rotate it (cdk-scim tokens rotate), and have the new one pasted before it ends.',
    source: TOKENS,
  },
  oldTokenInUse: {
    id: 'D104',
    title: 'The earlier token is still in use, although there is a new one',
    consequence: 'When the earlier token ends, all requests are answered with 401.',
    remedy: 'Have the new token pasted at the identity provider, for example with a setup link.',
    source: TOKENS,
  },
  tokenUnused: {
    id: 'D105',
    title: 'A token is not used',
    consequence: 'None for syncs; but a token that leaks unnoticed gives access.',
    remedy: 'Revoke it (cdk-scim tokens revoke).',
    source: TOKENS,
  },
  tokenOld: {
    id: 'D106',
    title: 'A token has been in use for more than a year',
    consequence: 'People who have left and could read it still have access.',
    remedy: 'Rotate it (cdk-scim tokens rotate), and set a shorter lifetime or a schedule.',
    source: 'https://www.rfc-editor.org/rfc/rfc7644#section-7.4',
  },
  endedTokenInUse: {
    id: 'D107',
    title: 'Requests carry a token that is not valid',
    consequence:
      'If the identity provider sends it, nothing is synced; Entra ID quarantines the job.',
    remedy: 'Have the current token pasted at the identity provider.',
    source: QUARANTINE,
  },
  neverUsed: {
    id: 'D108',
    title: 'A connection was never used',
    consequence: 'Its users are not provisioned.',
    remedy: 'Send its administrator a setup link (cdk-scim portal-link), or delete it.',
    source: `${GUIDES}/guides/portal.md`,
  },
  silent: {
    id: 'D109',
    title: 'A connection has gone silent',
    consequence: 'If syncing has stopped, users who leave keep their access.',
    remedy: 'Have provisioning started again at the identity provider.',
    source: `${RUNBOOK}#silentconnections`,
  },
  quarantined: {
    id: 'D110',
    title: 'A connection may be in quarantine',
    consequence: 'Entra ID syncs once a day, and disables the job after four weeks.',
    remedy: 'Fix the cause of the failures, then choose Restart provisioning in Entra ID.',
    source: QUARANTINE,
  },
  errorRatio: {
    id: 'D111',
    title: 'A large share of the requests fails',
    consequence:
      'Entra ID quarantines a job if over 40% and 5,000 requests fail, or over 40,000 in all.',
    remedy: 'Fix the most frequent cause first (cdk-scim log --failed).',
    source: QUARANTINE,
  },
  requestsFail: {
    id: 'D112',
    title: 'Requests fail',
    consequence: 'Users or groups here differ from those of the identity provider.',
    remedy: 'Look at the failures (cdk-scim log --failed).',
    source: TROUBLESHOOTING,
  },
  throttled: {
    id: 'D113',
    title: 'The service turns requests away because it is busy',
    consequence: 'The identity provider repeats them later; a cycle takes longer.',
    remedy: 'Raise the limits of the table or the concurrency of the account.',
    source: `${RUNBOOK}#throttling`,
  },
  rateLimited: {
    id: 'D114',
    title: 'Requests exceed the rate limit of the connection',
    consequence: 'The identity provider waits and repeats them; a cycle takes longer.',
    remedy: 'Raise the limit (connections update --requests-per-second), or leave it as it is.',
    source: `${GUIDES}/reference/limits.md`,
  },
  mailRefused: {
    id: 'D115',
    title: 'SES did not accept a mail',
    consequence: 'Nobody is told that syncing fails or that a token ends.',
    remedy: 'Verify the sender, and look at the account in SES.',
    source: `${RUNBOOK}#mailfailures`,
  },
  webhookDisabled: {
    id: 'D116',
    title: 'A webhook was disabled because its endpoint failed',
    consequence: 'The application behind it misses changes.',
    remedy: 'Fix the endpoint, then enable it (cdk-scim webhooks update --enable): it catches up.',
    source: INTEGRATE,
  },
  webhookFailing: {
    id: 'D117',
    title: 'A webhook endpoint fails',
    consequence: 'The application gets changes late; after five days, the webhook is disabled.',
    remedy: 'Look at the answers of the endpoint (cdk-scim webhooks deliveries).',
    source: INTEGRATE,
  },
  alarm: {
    id: 'D118',
    title: 'An alarm is on',
    consequence: 'As the alarm says.',
    remedy: 'Follow the runbook.',
    source: RUNBOOK,
  },
  sesSandbox: {
    id: 'D119',
    title: 'SES is in the sandbox',
    consequence: 'Mails reach verified addresses only, 200 a day.',
    remedy: 'Request production access in the region of the stack.',
    source: SANDBOX,
  },
  sesPaused: {
    id: 'D120',
    title: 'SES does not send mails for this account',
    consequence: 'Nobody is told that syncing fails or that a token ends.',
    remedy: 'Look at the reputation of the account in SES, and answer its review.',
    source: 'https://docs.aws.amazon.com/ses/latest/dg/faqs-enforcement.html',
  },
  senderNotVerified: {
    id: 'D121',
    title: 'The sender of mails is not verified in SES',
    consequence: 'SES refuses every mail.',
    remedy: 'Verify the address or its domain in the region of the stack.',
    source: IDENTITIES,
  },
  orphanedSecret: {
    id: 'D122',
    title: 'A secret belongs to no connection and no webhook',
    consequence: 'It costs money, and holds a value that is of no use.',
    remedy: 'Delete it in Secrets Manager.',
    source: TOKENS,
  },
  secretMissing: {
    id: 'D123',
    title: 'The secret of a connection is missing',
    consequence: 'The token cannot be looked up, and a scheduled rotation fails.',
    remedy: 'Issue a token with an overlap (cdk-scim tokens rotate): it creates the secret.',
    source: `${RECOVERY}#a-deleted-secret`,
  },
  drift: {
    id: 'D124',
    title: 'A declared connection differs from its declaration',
    consequence: 'The next change of the declaration sets all of its settings back.',
    remedy: 'Change the declaration to the wanted settings, and deploy it.',
    source: `${DEPLOYING}#declared-connections`,
  },
  declaredMissing: {
    id: 'D125',
    title: 'A declared connection does not exist',
    consequence: 'Its identity provider gets 401. Deployments without a change do not create it.',
    remedy: 'Change a setting of it in the app, such as displayName, and deploy: it is created.',
    source: `${DEPLOYING}#declared-connections`,
  },
  tableRules: {
    id: 'D126',
    title: 'Items of the table contradict each other',
    consequence: 'Searches and group memberships can be wrong.',
    remedy: 'List all of them with cdk-scim verify, and report the case.',
    source: RECOVERY,
  },
  secretEnds: {
    id: 'D127',
    title: 'The last secret of an OAuth client ends soon, or has ended',
    consequence: 'From its end on, the client gets no access tokens, and its requests fail.',
    remedy: 'Add a second one (cdk-scim oauth-clients add-secret), and have it pasted.',
    source: `${GUIDES}/guides/oauth.md#replace-a-secret`,
  },
} as const satisfies Diagnoses<string>;

/** Name of a kind of problem of a deployment. */
export type DeploymentDiagnosis = keyof typeof DEPLOYMENT_DIAGNOSES;
