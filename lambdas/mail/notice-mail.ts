import type { ConnectionNotice } from '../../directory/notices/notice';
import { failuresMail, recoveryMail } from './failure-mails';
import type { Mail, MailContext } from './mail';
import { secretMail } from './secret-mail';
import { tokenMail } from './token-mails';
import { quarantineMail, silenceMail } from './usage-mails';

/** Creates the mail for a connection's notice. It never contains a token. */
export function mailOf(notice: ConnectionNotice, context: MailContext): Mail {
  switch (notice.kind) {
    case 'secretExpires':
      return secretMail(notice, context);
    case 'tokenExpires':
    case 'tokenRotated':
    case 'tokenNotAdopted':
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
