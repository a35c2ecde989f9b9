import type { Hono } from 'hono';
import { consoleLabelsOf } from '../../idp/explanations/console';
import type { TokenInfo } from '../api-data';
import { Card, CopyField, Empty, Head } from '../parts/parts';
import { dayText } from '../parts/times';
import { createToken, NewTokenForm, TokenTable } from '../parts/tokens';
import { get } from '../web/backend';
import { readForm, respond } from '../web/respond';
import type { PageEnvironment } from '../web/types';
import { connectionIn, ConnectionPage, consoleBackend, enterConnection, goToTab } from './frame';

/** Adds the page of all tokens of a connection, including those with scopes. */
export function addConnectionTokens(app: Hono<PageEnvironment>): void {
  app.get('/console/connections/:id/tokens', async (context) => {
    const path = `${connectionIn(context, 'admin')}/tokens`;
    const [desk, tokens] = await enterConnection<[readonly TokenInfo[]]>(context, get(path));
    return respond(
      context,
      <ConnectionPage desk={desk} tab="Tokens">
        <Card title="Replace the token">
          <NewTokenForm
            connection={desk.connection}
            form={desk.form}
            action={`${desk.path}/tokens`}
            hasOverlap
          >
            <button class="primary">Create a new token</button>
          </NewTokenForm>
        </Card>
        <Card title="All tokens">
          {tokens.length === 0 ? (
            <Empty title="There is no token">Create one, and pass it on.</Empty>
          ) : (
            <TokenTable tokens={tokens} form={desk.form} action={`${desk.path}/tokens/revoke`} />
          )}
        </Card>
      </ConnectionPage>,
    );
  });

  app.post('/console/connections/:id/tokens', async (context) => {
    const fields = await readForm(context, 'console');
    // Read first: a read that fails after the token was created would lose it.
    const [desk] = await enterConnection(context);
    const backend = consoleBackend(context);
    const { value, expiresAt } = await createToken(backend, connectionIn(context), fields);
    const { name, tokenField } = consoleLabelsOf(desk.connection.identityProvider);
    return respond(
      context,
      <ConnectionPage desk={desk} tab="Tokens" title="New token">
        <Head level={2} title="The new token">
          Copy it now: it is shown only once.
        </Head>
        <Card>
          <CopyField label="Token" value={value} id="token" />
          <p>
            In {name}, it belongs to <strong>{tokenField}</strong>.
          </p>
          <p class="muted small">{`It is valid until ${dayText(expiresAt)}.`}</p>
        </Card>
        <div class="actions">
          <a class="button" href={`${desk.path}/tokens`}>
            Done
          </a>
        </div>
      </ConnectionPage>,
      201,
    );
  });

  app.post('/console/connections/:id/tokens/revoke', async (context) => {
    const fields = await readForm(context, 'console');
    const token = encodeURIComponent(fields('token'));
    const path = `${connectionIn(context, 'admin')}/tokens/${token}`;
    await consoleBackend(context).one({ method: 'DELETE', path });
    return goToTab(context, '/tokens');
  });
}
