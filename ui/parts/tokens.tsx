import type { FC } from 'hono/jsx';
import type { TokenInfo } from '../api-data';
import type { Health } from '../data';
import { Form, Select, type FormState } from './forms';
import { Badge, Table } from './parts';
import { dayText, Time } from './times';

/** How long an earlier token may stay valid. */
export const OVERLAPS = [
  { seconds: 86_400, label: '1 day' },
  { seconds: 7 * 86_400, label: '7 days' },
  { seconds: 3600, label: '1 hour' },
  { seconds: 0, label: 'Ends now, for example because it leaked' },
] as const;

/** Returns the seconds of a choice; 0 for any other text. */
export function overlapIn(text: string): number {
  return OVERLAPS.find(({ seconds }) => String(seconds) === text)?.seconds ?? 0;
}

/** The choice of how long the earlier token stays valid. */
export const OverlapChoice: FC<{ readonly state: FormState }> = ({ state }) => (
  <Select
    label="The present token stays valid for"
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
      const [tone, word] = STATES[state];
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
            <Time at={lastUsedAt} />
          </td>
          <td data-label={isOver ? 'Ended' : 'Ends'}>
            <Time at={endedAt ?? expiresAt} />
          </td>
          <td>
            {isOver ? null : (
              <Form state={{ token: form }} action={action}>
                <input type="hidden" name="token" value={id} />
                <button class="plain">
                  Revoke<span class="visually-hidden"> token {id}</span>
                </button>
              </Form>
            )}
          </td>
        </tr>
      );
    })}
  </Table>
);
