import { connect, type PeerCertificate, type TLSSocket } from 'node:tls';
import { reasonOf } from '../../errors';
import type { Examination } from './examination';
import { NoAnswerError, type Reply } from './target';

/* TLS, the token, and the connection test of the identity provider. */

const DAY = 86_400_000;

/** How long before its end a certificate is reported. */
const CERTIFICATE_DAYS = 14;

/**
 * Checks whether the server can be reached with the token.
 * @returns whether the examination can go on
 */
export async function checkConnection(exam: Examination): Promise<boolean> {
  const { target } = exam;
  const url = new URL(target.baseUrl);
  if (url.protocol === 'https:') await checkTls(exam, url);
  else if (!['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname)) {
    exam.findings.add('notEncrypted', `The URL starts with ${url.protocol}//.`);
  }
  try {
    return await checkTest(exam);
  } catch (error) {
    if (!(error instanceof NoAnswerError)) throw error;
    exam.findings.add('noAnswer', error.message);
    return false;
  }
}

async function checkTest(exam: Examination): Promise<boolean> {
  const { target, forms } = exam;
  const reply = await exam.send(forms.connectionTest);
  if (reply.status === 401 || reply.status === 403) {
    exam.report('tokenRefused', reply, 'The users were expected.');
    return false;
  }
  if (reply.status >= 400 || reply.body === undefined) {
    const name = forms.testFindsNobody ? 'notAnEmptyList' : 'wrongUrl';
    exam.report(reply.status === 404 && isForeign(reply) ? 'wrongUrl' : name, reply, LIST);
    return false;
  }
  checkList(exam, reply);
  const wrong = await target.send(forms.connectionTest, 'wrong-token');
  if (wrong.status !== 401) exam.report('wrongTokenAccepted', wrong, '401 was expected.');
  return true;
}

const LIST = 'A ListResponse was expected.';

/** Returns whether an answer does not come from a SCIM server. */
function isForeign({ body }: Reply): boolean {
  return !Array.isArray(body?.['schemas']);
}

/** Checks the form of a list, and that it is empty if it must be. */
export function checkList(exam: Examination, reply: Reply, isEmpty = false): void {
  const { totalResults, startIndex, itemsPerPage, Resources } = reply.body ?? {};
  const numbers = [totalResults, startIndex, itemsPerPage].filter((each) => each !== undefined);
  if (numbers.some((each) => typeof each === 'string')) {
    exam.report('numberAsText', reply, 'Numbers were expected.');
  }
  const isList = totalResults !== undefined && (Array.isArray(Resources) || totalResults === 0);
  if (!isList) exam.report('notAnEmptyList', reply, LIST);
  else if (isEmpty && Number(totalResults) !== 0) {
    exam.report('notAnEmptyList', reply, 'An empty list was expected.');
  }
}

async function checkTls(exam: Examination, url: URL): Promise<void> {
  try {
    const { certificate, problem } = await handshake(url, {});
    if (problem !== undefined) {
      exam.findings.add('certificateInvalid', `The certificate of ${url.host}: ${problem}.`);
    }
    const end = Date.parse(certificate.valid_to);
    if (end - Date.now() < CERTIFICATE_DAYS * DAY) {
      exam.findings.add('certificateExpires', `The certificate ends on ${certificate.valid_to}.`);
    }
  } catch (error) {
    // The connection test reports it.
    if (!(error instanceof Error)) throw error;
    return;
  }
  const only12 = { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' } as const;
  await handshake(url, only12).catch((error: unknown) => {
    exam.findings.add('noTls12', `A handshake with TLS 1.2 failed: ${reasonOf(error)}.`);
  });
}

/** The certificate of a server, and why it is not trusted. */
interface Handshake {
  readonly certificate: PeerCertificate;
  readonly problem: string | undefined;
}

function handshake(
  { hostname, port }: URL,
  versions: { readonly minVersion?: 'TLSv1.2'; readonly maxVersion?: 'TLSv1.2' },
): Promise<Handshake> {
  return new Promise((resolve, reject) => {
    const socket: TLSSocket = connect({
      host: hostname,
      port: port === '' ? 443 : Number(port),
      servername: hostname,
      rejectUnauthorized: false,
      timeout: 10_000,
      ...versions,
    });
    socket.once('secureConnect', () => {
      const certificate = socket.getPeerCertificate();
      const problem = socket.authorized ? undefined : String(socket.authorizationError);
      socket.end();
      resolve({ certificate, problem });
    });
    socket.once('timeout', () => socket.destroy(new Error('no answer within 10 s')));
    socket.once('error', reject);
  });
}
