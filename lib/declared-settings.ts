import { Duration } from 'aws-cdk-lib';
import type { ConnectionProps } from './connection-props';

/*
 * What the admin API would refuse is refused when the app is synthesized: a stack that fails at deploy leaves behind what is retained. A test holds these rules to those of the admin API.
 */

const DEFAULT_TOKEN_DAYS = 365;
const DEFAULT_OVERLAP_DAYS = 7;

/** As `CONNECTION_ID` of `directory/connection`, which a construct does not import. */
const CONNECTION_ID = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** A connection's settings as the admin API takes them. */
export interface DeclaredSettings {
  readonly displayName: string;
  readonly identityProvider: string;
  readonly userDeletion: string;
  readonly groups: boolean;
  readonly tokenExpiresInDays: number;
  readonly failureMail?: { readonly recipients: readonly string[] };
  readonly rotation?: { readonly everyDays: number; readonly overlapDays: number };
}

/**
 * The settings that a connection is declared with.
 * @param hasMail whether mails leave
 * @throws Error that names the connection, what is wrong with it, and what to change
 */
export function declaredSettings(connection: ConnectionProps, hasMail: boolean): DeclaredSettings {
  const { id, displayName = id, failureMailRecipients: recipients, rotation } = connection;
  const refuse = (problem: string): never => {
    throw new Error(`The connection "${id}": ${problem}`);
  };
  const days = (name: string, duration: Duration, least: number, most: number): number => {
    const found = duration.toSeconds() / 86_400;
    return Number.isInteger(found) && found >= least && found <= most
      ? found
      : refuse(`${name} is ${least} to ${most} whole days, not ${duration.toHumanString()}.`);
  };
  if (!CONNECTION_ID.test(id)) refuse('an id is lower-case letters, digits and hyphens, 63 at most.');
  if (displayName.trim() === '' || displayName.length > 200) refuse('displayName has 1 to 200 characters.');
  if (recipients !== undefined && recipients.length > 0 && !hasMail)
    refuse('failureMailRecipients get no mails unless failureMail says where they come from.');
  if (recipients !== undefined && (recipients.length > 50 || !recipients.every(isAddress))) {
    refuse('failureMailRecipients are 50 e-mail addresses at most.');
  }
  const tokenExpiresInDays = days(
    'tokenExpiresIn',
    connection.tokenExpiresIn ?? Duration.days(DEFAULT_TOKEN_DAYS),
    1,
    3650,
  );
  const everyDays = rotation === undefined ? 0 : days('rotation.every', rotation.every, 1, 1000);
  const overlapDays = days('rotation.overlap', rotation?.overlap ?? Duration.days(DEFAULT_OVERLAP_DAYS), 0, 365);
  if (rotation !== undefined && overlapDays >= everyDays) {
    refuse(`rotation.overlap, ${overlapDays} days, must be less than rotation.every, ${everyDays}.`);
  }
  if (rotation !== undefined && tokenExpiresInDays < everyDays + overlapDays) {
    refuse(
      `a token must live for rotation.every and rotation.overlap together: tokenExpiresIn: Duration.days(${everyDays + overlapDays}) or more.`,
    );
  }
  return {
    displayName,
    identityProvider: connection.identityProvider ?? 'generic',
    userDeletion: connection.userDeletion ?? 'retain',
    groups: connection.groups ?? true,
    tokenExpiresInDays,
    ...(recipients === undefined ? {} : { failureMail: { recipients } }),
    ...(rotation === undefined ? {} : { rotation: { everyDays, overlapDays } }),
  };
}

function isAddress(text: string): boolean {
  return /^[^@\s<>,]+@[^@\s<>,]+\.[^@\s<>,.]+$/.test(text);
}
