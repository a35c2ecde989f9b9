import type { Connection } from '../../directory/connections/connection';
import { ENVIRONMENT } from '../contract';

/** Sender of mails; undefined if the deployment sends none. */
export const sender = process.env[ENVIRONMENT.mailFrom];

/** Recipients of mails about the deployment, and of connections without recipients of their own. */
export const deploymentRecipients: readonly string[] =
  sender === undefined ? [] : (process.env[ENVIRONMENT.mailTo]?.split(',') ?? []);

/** Returns the recipients of a connection's mails; empty if the deployment sends no mails. */
export function recipientsOf({ failureMail }: Pick<Connection, 'failureMail'>): readonly string[] {
  return sender === undefined ? [] : (failureMail?.recipients ?? deploymentRecipients);
}
