import { Duration } from 'aws-cdk-lib';
import type { ConnectionProps } from './connection-props';
import { declaredTrust, type DeclaredTrust } from './declared-trust';

/*
 * Rejects settings at synth that the admin API would reject at deployment, because a deployment
 * that fails leaves retained resources behind. A test keeps these rules equal to those of the admin
 * API.
 */

const DEFAULT_TOKEN_DAYS = 365;
const DEFAULT_OVERLAP_DAYS = 7;

/** Same as in `directory/connections/connection.ts`, which constructs must not import. */
const CONNECTION_ID = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** Settings of a connection in the form of the admin API. */
export interface DeclaredSettings {
  readonly displayName: string;
  readonly actsAs?: string;
  readonly identityProvider: string;
  readonly userDeletion: string;
  readonly groups: boolean;
  readonly tokenExpiresInDays: number;
  readonly failureMail?: { readonly recipients: readonly string[] };
  readonly rotation?: { readonly everyDays: number; readonly overlapDays: number };
  readonly rateLimit?: { readonly requestsPerSecond: number; readonly burst?: number };
  readonly trust?: DeclaredTrust;
}

/**
 * Converts a declared connection into settings of the admin API.
 * @param hasMail whether the deployment sends mails
 * @throws Error that names the connection, the problem and the fix
 */
export function declaredSettings(connection: ConnectionProps, hasMail: boolean): DeclaredSettings {
  const { id, displayName = id, failureMailRecipients: recipients } = connection;
  const { actsAs, rotation, rateLimit, trust } = connection;
  const refuse = (problem: string): never => {
    throw new Error(`Connection "${id}": ${problem}`);
  };
  const days = (name: string, duration: Duration, least: number, most: number): number => {
    const found = duration.toSeconds() / 86_400;
    return Number.isInteger(found) && found >= least && found <= most
      ? found
      : refuse(`${name} must be ${least} to ${most} whole days, not ${duration.toHumanString()}.`);
  };
  if (!CONNECTION_ID.test(id))
    refuse(
      'the id must consist of 1 to 63 lowercase letters, digits and hyphens, ' +
        'and must not begin or end with a hyphen.',
    );
  if (displayName.trim() === '' || displayName.length > 200)
    refuse('displayName must have 1 to 200 characters and must not be blank.');
  if (actsAs !== undefined && (actsAs.trim() === '' || actsAs.length > 200))
    refuse('actsAs must have 1 to 200 characters and must not be blank.');
  if (recipients !== undefined && recipients.length > 0 && !hasMail)
    refuse(
      'failureMailRecipients requires failureMail: ' +
        'set failureMail.sender of the ScimServiceProvider, or remove the recipients.',
    );
  if (recipients !== undefined && (recipients.length > 50 || !recipients.every(isAddress))) {
    refuse('failureMailRecipients must be at most 50 email addresses such as ops@example.com.');
  }
  const tokenExpiresInDays = days(
    'tokenExpiresIn',
    connection.tokenExpiresIn ?? Duration.days(DEFAULT_TOKEN_DAYS),
    1,
    3650,
  );
  const everyDays = rotation === undefined ? 0 : days('rotation.every', rotation.every, 1, 1000);
  const overlapDays = days(
    'rotation.overlap',
    rotation?.overlap ?? Duration.days(DEFAULT_OVERLAP_DAYS),
    0,
    365,
  );
  if (rotation !== undefined && overlapDays >= everyDays) {
    refuse(
      `rotation.overlap (${overlapDays} days) must be less than rotation.every ` +
        `(${everyDays} days). It is ${DEFAULT_OVERLAP_DAYS} days by default.`,
    );
  }
  if (rotation !== undefined && tokenExpiresInDays < everyDays + overlapDays) {
    refuse(
      `tokenExpiresIn (${tokenExpiresInDays} days) must be at least rotation.every plus ` +
        `rotation.overlap: set it to Duration.days(${everyDays + overlapDays}) or more.`,
    );
  }
  const requests = (name: string, value: number, most: number): number =>
    Number.isInteger(value) && value >= 1 && value <= most
      ? value
      : refuse(`rateLimit.${name} must be a whole number from 1 to ${most}, not ${value}.`);
  return {
    // The admin API stores them without surrounding space.
    displayName: displayName.trim(),
    ...(actsAs === undefined ? {} : { actsAs: actsAs.trim() }),
    identityProvider: connection.identityProvider ?? 'generic',
    userDeletion: connection.userDeletion ?? 'retain',
    groups: connection.groups ?? true,
    tokenExpiresInDays,
    ...(recipients === undefined ? {} : { failureMail: { recipients } }),
    ...(rotation === undefined ? {} : { rotation: { everyDays, overlapDays } }),
    ...(rateLimit === undefined
      ? {}
      : {
          rateLimit: {
            requestsPerSecond: requests('requestsPerSecond', rateLimit.requestsPerSecond, 10_000),
            ...(rateLimit.burst === undefined
              ? {}
              : { burst: requests('burst', rateLimit.burst, 40_000) }),
          },
        }),
    ...(trust === undefined ? {} : { trust: declaredTrust(trust, refuse) }),
  };
}

function isAddress(text: string): boolean {
  return /^[^@\s<>,]+@[^@\s<>,]+\.[^@\s<>,.]+$/.test(text);
}
