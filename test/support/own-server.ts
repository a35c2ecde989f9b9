import { send } from './client';
import { startServer, type ServerProcess } from './server-process';

/** Server of a single test file, which can advance its clock. */
export interface OwnServer extends ServerProcess {
  /**
   * Advances the clock and resolves when all due schedules have run and the stream has delivered
   * all batches that are due.
   */
  advance(seconds: number): Promise<void>;
  /** Returns the metrics that the functions reported, by name and dimensions. */
  metrics(): Promise<readonly Reported[]>;
  /** Advances the clock past the mail window and returns the sent mails, oldest first. */
  mails(): Promise<readonly Mail[]>;
}

export interface Mail {
  readonly recipients: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

export interface Reported {
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly count: number;
  readonly sum: number;
  readonly maximum: number;
}

export const DAY = 86_400;

/** Length of the mail window in seconds: no test reaches its end without advancing the clock. */
const MAIL_WINDOW = 120;

/**
 * Starts a server that the clients of this test file use.
 * @param flags further flags of `npm start`
 */
export async function startOwnServer(...flags: readonly string[]): Promise<OwnServer> {
  const window = ['--failure-mail-window', String(MAIL_WINDOW)];
  const started = await startServer(['--memory', '--port', '0', ...window, ...flags]);
  process.env['SCIM_TEST_SERVER'] = JSON.stringify(started);
  const { mailboxUrl } = started;
  const clockUrl = mailboxUrl.replace(/mailbox$/, 'clock');
  const metricsUrl = mailboxUrl.replace(/mailbox$/, 'metrics');
  const advance = async (seconds: number): Promise<void> => {
    const body = JSON.stringify({ advanceSeconds: seconds });
    const reply = await send('POST', clockUrl, {}, body);
    if (reply.status !== 200) throw new Error(reply.text);
  };
  return {
    ...started,
    advance,
    metrics: async () => (await send('GET', metricsUrl)).body as Reported[],
    mails: async () => {
      await advance(MAIL_WINDOW + 1);
      return (await send('GET', mailboxUrl, { Accept: 'application/json' })).body as Mail[];
    },
  };
}

/** Polls until a value meets a condition. @throws Error if it does not within forty seconds */
export async function eventually<T>(
  read: () => Promise<T>,
  isMet: (value: T) => boolean,
): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    const value = await read();
    if (isMet(value)) return value;
    if (attempt === 400) throw new Error(`Condition not met: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
