import type { ConnectionNotice } from '../../directory/notices/notice';
import { failuresMail, recoveryMail } from './failure-mails';
import type { Mail, MailContext } from './mail';
import { quarantineMail, silenceMail } from './usage-mails';
import { tokenMail } from './token-mails';

/** The mail that tells a notice of a connection. It never holds a token. */
export function mailOf(notice: ConnectionNotice, context: MailContext): Mail {
  switch (notice.kind) {
    case 'tokenExpires':
    case 'tokenRotated':
      return tokenMail(notice, context);
    case 'failures':
      return failuresMail(notice, context);
    case 'recovered':
      return recoveryMail(notice, context);
    case 'silent':
      return silenceMail(notice, context);
    case 'quarantined':
      return quarantineMail(notice, context);
  }
}
