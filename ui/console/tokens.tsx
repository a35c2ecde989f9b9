import type { Hono } from 'hono';
import { consoleLabelsOf } from '../../idp/explanations/console';
import type { NewToken, TokenInfo } from '../api-data';
import { Form } from '../parts/forms';
import { Card, CopyField, Empty, Head } from '../parts/parts';
import { dayText } from '../parts/times';
import { OverlapChoice, overlapIn, TokenTable } from '../parts/tokens';
import { get, post } from '../web/backend';
import { readForm, respond } from '../web/respond';
import type { PageEnvironment } from '../web/types';
import { connectionIn, ConnectionPage, consoleBackend, enterConnection } from './frame';

/** The tokens of a connection, with those for other clients than the identity provider. */
export function addConnectionTokens(app: Hono<PageEnvironment>): void {
  app.get('/console/connections/:id/tokens', async (context) => {
    const path = `${connectionIn(context, 'admin')}/tokens`;
    const [desk, tokens] = await enterConnection<[readonly TokenInfo[]]>(context, get(path));
    const state = { token: desk.form };
    return respond(
      context,
      <ConnectionPage desk={desk} tab="Tokens">
        <Card title="Replace the token">
          <Form state={state} action={`${desk.path}/tokens`} class="form">
            <OverlapChoice state={state} />
            <div class="actions">
              <button class="primary">Create a new token</button>
            </div>
          </Form>
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
    const { value, expiresAt } = await consoleBackend(context).one<NewToken>(
      post(`${connectionIn(context, 'admin')}/tokens`, {
        overlapSeconds: overlapIn(fields('overlap')),
      }),
    );
    const [desk] = await enterConnection(context);
    const { name, tokenField } = consoleLabelsOf(desk.connection.identityProvider);
    return respond(
      context,
      <ConnectionPage desk={desk} tab="Tokens" title="New token">
        <Head level={2} title="The new token">
          Copy it now: it is shown this once.
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
    const [desk] = await enterConnection(context);
    return context.redirect(`${desk.path}/tokens`, 303);
  });
}
