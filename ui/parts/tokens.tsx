import type { FC, PropsWithChildren } from 'hono/jsx';
import type { NewToken, TokenInfo } from '../api-data';
import type { ConnectionInfo, Health } from '../data';
import { post, type Backend } from '../web/backend';
import type { Fields } from '../web/respond';
import { Confirm, Form, Select, type FormState } from './forms';
import { Badge, Table } from './parts';
import { dayText, LastUse, Time } from './times';

/** Choices of how long earlier tokens stay valid. */
const OVERLAPS = [
  { seconds: 86_400, label: '1 day' },
  { seconds: 7 * 86_400, label: '7 days' },
  { seconds: 3600, label: '1 hour' },
  { seconds: 0, label: 'No time, for example because it leaked' },
] as const;

/** Returns the seconds of a choice; 0 for any other text. */
function overlapIn(text: string): number {
  return OVERLAPS.find(({ seconds }) => String(seconds) === text)?.seconds ?? 0;
}

/** A form that creates a token. */
export const NewTokenForm: FC<
  PropsWithChildren<{
    readonly connection: ConnectionInfo;
    /** Token of the visitor's forms. */
    readonly form: string;
    readonly action: string;
    /** Whether an earlier token may be in use. */
    readonly hasOverlap: boolean;
  }>
> = ({ connection, form, action, hasOverlap, children }) => (
  <Form state={{ token: form }} action={action} class="form">
    <input type="hidden" name="follows" value={connection.latestToken} />
    {hasOverlap ? <OverlapChoice state={{ token: form }} /> : null}
    <div class="actions">{children}</div>
  </Form>
);

/**
 * Creates a token from a form.
 * @param path of the connection
 * @throws CallError 409 if the form was sent before, among others
 */
export function createToken(backend: Backend, path: string, fields: Fields): Promise<NewToken> {
  const [overlapSeconds, follows] = [overlapIn(fields('overlap')), fields('follows')];
  return backend.one<NewToken>(post(`${path}/tokens`, { overlapSeconds, follows }));
}

const OverlapChoice: FC<{ readonly state: FormState }> = ({ state }) => (
  <Select
    label="The current token stays valid for"
    name="overlap"
    state={state}
    value={String(OVERLAPS[0].seconds)}
    options={OVERLAPS.map(({ seconds, label }) => [String(seconds), label])}
  />
);

const STATES: Readonly<Record<TokenInfo['state'], readonly [Health['state'], string]>> = {
  active: ['ok', 'In use'],
  pending: ['idle', 'Being tested'],
  ending: ['warning', 'Ends soon'],
  expired: ['idle', 'Expired'],
  revoked: ['idle', 'Revoked'],
  replaced: ['idle', 'Replaced'],
};

const UNUSED = ['idle', 'Not used yet'] as const;

/** The tokens of a connection, with a button for each that can be revoked. */
export const TokenTable: FC<{
  readonly tokens: readonly TokenInfo[];
  /** Token of the visitor's forms. */
  readonly form: string;
  /** URL path that revokes the token in the field `token`. */
  readonly action: string;
}> = ({ tokens, form, action }) => (
  <Table label="Tokens" columns={['Token', 'State', 'Created', 'Last used', 'Ends', '']}>
    {tokens.map(({ id, state, createdAt, lastUsedAt, expiresAt, endedAt, scopes }) => {
      const isUnused = state === 'active' && lastUsedAt === null;
      const [tone, word] = isUnused ? UNUSED : STATES[state];
      const isOver = endedAt !== undefined || state === 'expired';
      return (
        <tr>
          <td data-label="Token">
            <code>{id}</code>
            {scopes === undefined ? null : <span class="sub">{scopes.join(', ')}</span>}
          </td>
          <td data-label="State">
            <Badge state={tone}>{word}</Badge>
          </td>
          <td data-label="Created">{dayText(createdAt)}</td>
          <td data-label="Last used">
            <LastUse at={lastUsedAt} />
          </td>
          <td data-label={isOver ? 'Ended' : 'Ends'}>
            <Time at={endedAt ?? expiresAt} />
          </td>
          <td>
            {isOver ? null : (
              <Confirm
                state={{ token: form }}
                action={action}
                label="Revoke"
                about={`token ${id}`}
                warning="Requests with this token are refused at once."
              >
                <input type="hidden" name="token" value={id} />
              </Confirm>
            )}
          </td>
        </tr>
      );
    })}
  </Table>
);
