import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { randomUUID } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { asText, isArray, isObject, parseJson, type Json } from '../scim/json';
import { isForeign } from './loopback';
import { appendJsonLine, readJsonLines } from './state/files';

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
        answer(response, 403, { message: 'Web pages may not send mails here.' });
        return;
      }
      this.send(request, response).catch((error: unknown) => {
        answer(response, 500, { message: String(error) });
      });
    });
  }

  /** Lists the mails: as JSON, oldest first, if the client accepts it, else as an HTML page. */
  serve(request: IncomingMessage, response: ServerResponse): void {
    if ((request.headers.accept ?? '').includes('application/json')) {
      answer(response, 200, this.mails);
      return;
    }
    response.writeHead(200, {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'",
    });
    response.end(page(this.mails));
  }

  /** @see https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html */
  private async send(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'POST' || request.url !== '/v2/email/outbound-emails') {
      answer(response, 404, { message: 'This stand-in only supports SendEmail.' });
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
    answer(response, 200, { MessageId: randomUUID() });
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

function page(mails: readonly Mail[]): string {
  const list = [...mails]
    .reverse()
    .map(
      ({ recipients, subject, text: body }) =>
        `<article><h2>${escaped(subject)}</h2><p>To: ${escaped(recipients.join(', '))}</p>` +
        `<pre>${escaped(body)}</pre></article>`,
    );
  const style =
    'body{font-family:sans-serif;max-width:50em;margin:2em auto}pre{white-space:pre-wrap}';
  const content = list.length === 0 ? '<p>No mails yet.</p>' : list.join('\n');
  return `<!doctype html><title>Mailbox</title><style>${style}</style><h1>Mailbox</h1>${content}`;
}

function escaped(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(body));
}
