import type { OtherPaths } from './gateway';

/** Path of the mails that would have left for administrators. */
export const MAILBOX_PATH = '/mailbox';

/**
 * Lists the mails that the system has sent on this machine, oldest first: `[{recipients, subject, text, html}]`. Nothing in the
 * template sends mail so far, so the list is empty.
 */
export const serveMailbox: OtherPaths = (_request, response, path) => {
  if (path !== MAILBOX_PATH) return false;
  response.writeHead(200, { 'Content-Type': 'application/json' });
  response.end('[]');
  return true;
};
