import { send } from './client';
import { startServer, type ServerProcess } from './server-process';

/** A server for one test file, whose clock it may move. */
export interface OwnServer extends ServerProcess {
  /** Moves the clock ahead; every schedule that is due has run afterwards. What the stream then brings comes later. */
  advance(seconds: number): Promise<void>;
  /** What functions have reported, by name and dimensions. */
  metrics(): Promise<readonly Reported[]>;
  /** The mails that were sent, oldest first. */
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

/**
 * Starts it, and makes the clients of this file find it.
 * @param flags beside those that every test wants
 */
export async function startOwnServer(...flags: readonly string[]): Promise<OwnServer> {
  const process_ = await startServer(['--memory', '--port', '0', ...flags]);
  process.env['SCIM_TEST_SERVER'] = JSON.stringify(process_);
  const [clock, metrics] = ['clock', 'metrics'].map((name) =>
    process_.mailboxUrl.replace(/mailbox$/, name),
  );
  return {
    ...process_,
    advance: async (seconds) => {
      const reply = await send(
        'POST',
        clock ?? '',
        {},
        JSON.stringify({ advanceSeconds: seconds }),
      );
      if (reply.status !== 200) throw new Error(reply.text);
    },
    metrics: async () => (await send('GET', metrics ?? '')).body as Reported[],
    mails: async () =>
      (await send('GET', process_.mailboxUrl, { Accept: 'application/json' })).body as Mail[],
  };
}

/** Waits until something is so. @throws Error when it is not within twenty seconds */
export async function eventually<T>(
  read: () => Promise<T>,
  isSo: (value: T) => boolean,
): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    const value = await read();
    if (isSo(value)) return value;
    if (attempt === 200) throw new Error(`Still ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
