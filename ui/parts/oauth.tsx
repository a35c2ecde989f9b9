import type { FC } from 'hono/jsx';
import type { NewSecret, OAuthClientInfo, OAuthInfo, TrustInfo } from '../data';
import { Confirm, Form } from './forms';
import { Badge, Card, CopyField, Facts, Table } from './parts';
import { dayText, LastUse, Time } from './times';

/** Secrets of a client that may work at once. */
const SECRETS = 2;

/** The OAuth clients of a connection, with a row for each secret. */
export const ClientTable: FC<{
  readonly oauth: OAuthInfo;
  /** Whether the visitor may delete clients, not only their secrets. */
  readonly canDelete: boolean;
  /** Token of the visitor's forms. */
  readonly form: string;
  /** URL path of the page: `/secret` adds a secret, `/delete` deletes a client or a secret. */
  readonly action: string;
}> = ({ oauth: { clients, latestSecret }, canDelete, form, action }) => (
  <Table label="OAuth clients" columns={['Client', 'Secret', 'State', 'Last used', 'Ends', '']}>
    {clients.flatMap(({ id, displayName, scopes, secrets }) => [
      <tr>
        <td data-label="Client">
          {displayName}
          <span class="sub">
            <code>{id}</code>
          </span>
          {scopes === undefined ? null : <span class="sub">{scopes.join(', ')}</span>}
        </td>
        <td data-label="Secret" colspan={4}>
          {secrets.filter(({ state }) => state === 'active').length < SECRETS ? (
            <Form state={{ token: form }} action={`${action}/secret`}>
              <input type="hidden" name="client" value={id} />
              <input type="hidden" name="follows" value={latestSecret} />
              <button class="plain">
                Add a secret
                <span class="visually-hidden">{` to client ${id}`}</span>
              </button>
            </Form>
          ) : (
            <span class="muted small">Both secrets work. Delete the one that is not used.</span>
          )}
        </td>
        <td>
          {canDelete ? (
            <Confirm
              state={{ token: form }}
              action={`${action}/delete`}
              label="Delete"
              about={`client ${id}`}
              warning="Its access tokens are refused at once."
            >
              <input type="hidden" name="client" value={id} />
            </Confirm>
          ) : null}
        </td>
      </tr>,
      ...secrets.map((secret) => (
        <tr>
          <td data-label="Client">
            <span class="muted">{displayName}</span>
          </td>
          <td data-label="Secret">
            <code>{secret.id}</code>
          </td>
          <td data-label="State">
            <SecretState secret={secret} />
          </td>
          <td data-label="Last used">
            <LastUse at={secret.lastUsedAt} />
          </td>
          <td data-label="Ends">
            <Time at={secret.expiresAt} />
          </td>
          <td>
            <Confirm
              state={{ token: form }}
              action={`${action}/delete`}
              label="Delete"
              about={`secret ${secret.id}`}
              warning="Access tokens issued for it are refused at once."
            >
              <input type="hidden" name="client" value={id} />
              <input type="hidden" name="secret" value={secret.id} />
            </Confirm>
          </td>
        </tr>
      )),
    ])}
  </Table>
);

const SecretState: FC<{ readonly secret: OAuthClientInfo['secrets'][number] }> = ({
  secret: { state, lastUsedAt },
}) => {
  if (state === 'expired') return <Badge state="idle">Expired</Badge>;
  const isUsed = lastUsedAt !== null;
  return <Badge state={isUsed ? 'ok' : 'idle'}>{isUsed ? 'In use' : 'Not used yet'}</Badge>;
};

/** A new secret, with everything to enter in the identity provider. */
export const NewSecretCard: FC<{
  readonly client: string;
  readonly secret: NewSecret;
  readonly tokenEndpoint: string;
}> = ({ client, secret: { value, expiresAt }, tokenEndpoint }) => (
  <Card title="The new secret">
    <p>Copy it now: it is shown only once.</p>
    <CopyField label="Client id" value={client} id="client" />
    <CopyField label="Client secret" value={value} id="secret" />
    <CopyField label="Token endpoint" value={tokenEndpoint} id="endpoint" />
    <p class="muted small">{`The secret is valid until ${dayText(expiresAt)}.`}</p>
  </Card>
);

/** The issuer that a connection trusts. */
export const TrustFacts: FC<{ readonly trust: TrustInfo }> = ({
  trust: { issuer, subject, audiences, lastUsedAt, tokenEndpoint },
}) => (
  <Facts
    of={[
      ['Issuer', issuer],
      ['Subject', subject ?? 'any workload of the tenant'],
      ['Audiences', audiences.join(', ')],
      ['Last used', <LastUse at={lastUsedAt} />],
      ['Token endpoint', tokenEndpoint],
    ]}
  />
);
