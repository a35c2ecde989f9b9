import { auditWrite, type AuditRecord } from '../connections/audit';
import { numberOf, textOf, type Item, type Key } from '../store/item';
import { CONSOLE } from '../store/keys';
import type { Table } from '../store/table';
import { ABSENT, PRESENT, type Write } from '../store/write';
import { digestOf, newSecret } from './secret';

/** How long a link to the console can be opened. */
export const CONSOLE_LINK_MS = 10 * 60_000;

/** Lifetime of a session, and how long it may be idle. */
const SESSION_MS = 8 * 3_600_000;
const IDLE_MS = 3_600_000;

/** Minimum interval between updates of a session's last use. */
const RECORDED_EVERY_MS = 60_000;

/** How long an operator may take to sign in at the OpenID provider. */
const SIGN_IN_MS = 10 * 60_000;

/** A session of the console. */
export interface ConsoleSession {
  /** The ARN of the IAM principal that made the link, or the name from the OpenID provider. */
  readonly actor: string;
  /** RFC 3339. */
  readonly expiresAt: string;
}

/** A sign-in that waits for the OpenID provider's answer. */
export interface SignIn {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

/** A session that was just started. */
export interface OpenedConsole {
  /** Its secret. */
  readonly session: string;
  readonly recorded: AuditRecord;
}

/** The one-time links, sign-ins and sessions of the console. */
export class ConsoleSessions {
  constructor(private readonly table: Table) {}

  /**
   * Adds a link.
   * @param record creates the audit record, from the time when the link ends (RFC 3339)
   * @returns its secret, when it ends, and the audit record
   */
  async addLink(
    actor: string,
    record: (expiresAt: string) => AuditRecord,
  ): Promise<{
    readonly secret: string;
    readonly expiresAt: string;
    readonly recorded: AuditRecord;
  }> {
    const secret = newSecret();
    const expires = Date.now() + CONSOLE_LINK_MS;
    const expiresAt = new Date(expires).toISOString();
    const recorded = record(expiresAt);
    await this.table.write([
      { put: { ...keyOf('link', secret), actor, ...endingAt(expires) } },
      auditWrite(recorded),
    ]);
    return { secret, expiresAt, recorded };
  }

  /** Returns the actor who created a link; undefined if the link cannot be opened. */
  async creatorOf(secret: string): Promise<string | undefined> {
    const item = await this.read('link', secret);
    return item === undefined ? undefined : textOf(item, 'actor');
  }

  /**
   * Opens a link: it cannot be opened again.
   * @returns undefined if the link cannot be opened
   */
  async open(
    secret: string,
    record: (actor: string) => AuditRecord,
  ): Promise<OpenedConsole | undefined> {
    const item = await this.read('link', secret);
    if (item === undefined) return undefined;
    const use: Write = { delete: keyOf('link', secret), condition: PRESENT };
    return this.startWith([use], textOf(item, 'actor'), record);
  }

  /** Starts a session of an operator who has signed in. */
  async start(actor: string, record: (actor: string) => AuditRecord): Promise<OpenedConsole> {
    const opened = await this.startWith([], actor, record);
    if (opened === undefined) throw new Error('A write without a condition cannot fail.');
    return opened;
  }

  /** Starts a session together with other writes. @returns undefined if a condition failed */
  private async startWith(
    writes: readonly Write[],
    actor: string,
    record: (actor: string) => AuditRecord,
  ): Promise<OpenedConsole | undefined> {
    const secret = newSecret();
    const now = Date.now();
    const times = { ...endingAt(now + SESSION_MS), lastUse: now };
    const put = { ...keyOf('session', secret), actor, ...times };
    const recorded = record(actor);
    const failed = await this.table.write([...writes, { put }, auditWrite(recorded)]);
    return failed.length === 0 ? { session: secret, recorded } : undefined;
  }

  /** Returns the session of a secret; undefined if it has ended or was idle for an hour. */
  async find(secret: string, now = Date.now()): Promise<ConsoleSession | undefined> {
    const item = await this.read('session', secret);
    if (item === undefined || now - numberOf(item, 'lastUse') > IDLE_MS) return undefined;
    if (now - numberOf(item, 'lastUse') > RECORDED_EVERY_MS) {
      const update = keyOf('session', secret);
      await this.table.write([{ update, set: { lastUse: now }, condition: PRESENT }]);
    }
    const expiresAt = new Date(numberOf(item, 'expires')).toISOString();
    return { actor: textOf(item, 'actor'), expiresAt };
  }

  /** Ends a session. */
  async end(secret: string): Promise<void> {
    if (digestOf(secret) !== undefined)
      await this.table.write([{ delete: keyOf('session', secret) }]);
  }

  /** Stores a sign-in until the OpenID provider answers. */
  async addSignIn({ state, nonce, verifier }: SignIn): Promise<void> {
    const times = endingAt(Date.now() + SIGN_IN_MS);
    const put = { ...keyOf('signIn', state), nonce, verifier, ...times };
    await this.table.write([{ put, condition: ABSENT }]);
  }

  /** Returns a sign-in by its state and removes it, so that an answer can be used only once. */
  async takeSignIn(state: string): Promise<SignIn | undefined> {
    const item = await this.take('signIn', state);
    if (item === undefined) return undefined;
    return { state, nonce: textOf(item, 'nonce'), verifier: textOf(item, 'verifier') };
  }

  private async read(kind: Kind, secret: string): Promise<Item | undefined> {
    if (digestOf(secret) === undefined) return undefined;
    const item = await this.table.get(keyOf(kind, secret));
    return item === undefined || numberOf(item, 'expires') <= Date.now() ? undefined : item;
  }

  private async take(kind: Kind, secret: string): Promise<Item | undefined> {
    const item = await this.read(kind, secret);
    if (item === undefined) return undefined;
    const failed = await this.table.write([{ delete: keyOf(kind, secret), condition: PRESENT }]);
    return failed.length === 0 ? item : undefined;
  }
}

type Kind = 'link' | 'session' | 'signIn';

function keyOf(kind: Kind, secret: string): Key {
  return { pk: CONSOLE, sk: `${kind}#${digestOf(secret) ?? ''}` };
}

/** @param milliseconds since the epoch */
function endingAt(milliseconds: number): { readonly expires: number; readonly ttl: number } {
  return { expires: milliseconds, ttl: Math.ceil(milliseconds / 1000) };
}
