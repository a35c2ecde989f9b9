import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { randomUUID } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { asText, isArray, isObject, parseJson, type Json } from '../../scim/json';
import { isForeign } from '../loopback';
import { listPage, sendJson } from './pages';
import { appendJsonLine, readJsonLines } from '../state/files';

/** Path of the page that lists the mails. */
export const MAILBOX_PATH = '/mailbox';

/** A mail as it was passed to SES. */
interface Mail {
  readonly from: string;
  readonly recipients: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** SES stand-in that implements `SendEmail` (SESv2, JSON over REST) and shows the mails it got. */
export class Mailbox {
  /** All sent mails, oldest first. */
  readonly mails: Mail[];

  /**
   * @param file where mails are kept between runs; without it, they stay in memory
   * @throws Error that says how to start over if the file is damaged
   */
  constructor(private readonly file?: string) {
    this.mails = file === undefined ? [] : readJsonLines(file).map(mailFrom);
  }

  createServer(): Server {
    return createServer((request, response) => {
      if (isForeign(request)) {
        sendJson(response, 403, { message: 'Web pages may not send mails here.' });
        return;
      }
      this.send(request, response).catch((error: unknown) => {
        sendJson(response, 500, { message: String(error) });
      });
    });
  }

  /** Lists the mails: as JSON, oldest first, if the client accepts it, else as an HTML page. */
  serve(request: IncomingMessage, response: ServerResponse): void {
    if ((request.headers.accept ?? '').includes('application/json')) {
      sendJson(response, 200, this.mails);
      return;
    }
    const articles = this.mails.map(({ recipients, subject, text: body }) => ({
      title: subject,
      about: `To: ${recipients.join(', ')}`,
      body,
    }));
    listPage(response, 'Mailbox', articles);
  }

  /** @see https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html */
  private async send(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'POST' || request.url !== '/v2/email/outbound-emails') {
      sendJson(response, 404, { message: 'This stand-in only supports SendEmail.' });
      return;
    }
    const input = parseJson(await text(request));
    const simple = at(input, 'Content', 'Simple');
    const recipients = at(input, 'Destination', 'ToAddresses');
    const mail: Mail = {
      from: asText(at(input, 'FromEmailAddress')),
      recipients: texts(recipients),
      subject: asText(at(simple, 'Subject', 'Data')),
      text: asText(at(simple, 'Body', 'Text', 'Data')),
      html: asText(at(simple, 'Body', 'Html', 'Data')),
    };
    if (this.file !== undefined) appendJsonLine(this.file, mail);
    this.mails.push(mail);
    sendJson(response, 200, { MessageId: randomUUID() });
  }
}

function mailFrom(stored: Json): Mail {
  return {
    from: asText(at(stored, 'from')),
    recipients: texts(at(stored, 'recipients')),
    subject: asText(at(stored, 'subject')),
    text: asText(at(stored, 'text')),
    html: asText(at(stored, 'html')),
  };
}

function texts(value: Json | undefined): readonly string[] {
  return isArray(value) ? value.map(asText) : [];
}

function at(value: Json | undefined, ...path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>(
    (inner, name) => (isObject(inner) ? inner[name] : undefined),
    value,
  );
}
