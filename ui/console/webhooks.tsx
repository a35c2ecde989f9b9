import type { Context, Hono } from 'hono';
import type { FC } from 'hono/jsx';
import type { WebhookInfo } from '../api-data';
import { Form, TextField, type FormState } from '../parts/forms';
import { Badge, Card, CopyField, Empty, Head, Notice, Table } from '../parts/parts';
import { CallError, get, post } from '../web/backend';
import { readForm, respond, type Fields } from '../web/respond';
import type { PageEnvironment } from '../web/types';
import { linesOf } from './connections';
import { consoleBackend, ConsolePage, enter } from './frame';

/** The list of webhooks, with a form that adds one. */
export function addWebhooks(app: Hono<PageEnvironment>): void {
  app.get('/console/webhooks', (context) => show(context));

  app.post('/console/webhooks', async (context) => {
    const fields = await readForm(context, 'console');
    try {
      const created = await consoleBackend(context).one<WebhookInfo & { readonly secret: string }>(
        post('/admin/webhooks', {
          url: fields('url'),
          description: fields('description'),
          types: linesOf(fields('types')),
          connections: linesOf(fields('connections')),
        }),
      );
      return await show(context, created);
    } catch (error) {
      if (!(error instanceof CallError) || ![400, 409].includes(error.status)) throw error;
      return show(context, undefined, { error, fields });
    }
  });
}

/** The state of an endpoint. */
export const WebhookBadge: FC<{ readonly webhook: WebhookInfo }> = ({
  webhook: { enabled, disabledReason, failingSince },
}) => {
  if (!enabled) {
    const isOwn = disabledReason === undefined || disabledReason === 'operator';
    return <Badge state={isOwn ? 'idle' : 'bad'}>{isOwn ? 'Disabled' : 'Given up'}</Badge>;
  }
  return failingSince === undefined ? (
    <Badge state="ok">Enabled</Badge>
  ) : (
    <Badge state="bad">Failing</Badge>
  );
};

async function show(
  context: Context<PageEnvironment>,
  created?: WebhookInfo & { readonly secret: string },
  refused?: { readonly error: CallError; readonly fields: Fields },
): Promise<Response> {
  const error = refused?.error;
  const value = (name: string): string => refused?.fields(name) ?? '';
  const [desk, { webhooks }] = await enter<[{ readonly webhooks: readonly WebhookInfo[] }]>(
    context,
    get('/admin/webhooks'),
  );
  const root = `${desk.frame.root}/webhooks`;
  const state: FormState = {
    token: desk.form,
    ...(error === undefined ? {} : { problems: error.fields }),
  };
  return respond(
    context,
    <ConsolePage desk={desk} title="Webhooks" here="Webhooks">
      <Head title="Webhooks">
        Endpoints of your application that receive the changes of users and groups.
      </Head>
      {error === undefined ? null : <Notice state="bad" title={error.message} />}
      {created === undefined ? null : (
        <Card title="The signing secret">
          <p class="muted">
            Copy it now: it is shown this once. The application verifies deliveries with it.
          </p>
          <CopyField label="Secret" value={created.secret} id="secret" />
        </Card>
      )}
      <Card>
        {webhooks.length === 0 ? (
          <Empty title="There are no webhooks">Add the first one below.</Empty>
        ) : (
          <Table label="Webhooks" columns={['URL', 'Types', 'Connections', 'State']}>
            {webhooks.map((webhook) => (
              <tr>
                <td>
                  <a href={`${root}/${webhook.id}`}>
                    <strong>{webhook.url}</strong>
                  </a>
                  <span class="sub">{webhook.description}</span>
                </td>
                <td data-label="Types">{webhook.types.join(', ') || 'all'}</td>
                <td data-label="Connections">{webhook.connections.join(', ') || 'all'}</td>
                <td data-label="State">
                  <WebhookBadge webhook={webhook} />
                </td>
              </tr>
            ))}
          </Table>
        )}
      </Card>
      <Card title="Add a webhook">
        <Form state={state} action={root} class="form">
          <TextField
            label="URL"
            name="url"
            type="url"
            state={state}
            value={value('url')}
            required
          />
          <TextField
            label="Description"
            name="description"
            state={state}
            value={value('description')}
          />
          <TextField
            label="Types"
            name="types"
            state={state}
            value={value('types')}
            hint="Such as user.created, separated by commas. Empty for all."
          />
          <TextField
            label="Connections"
            name="connections"
            state={state}
            value={value('connections')}
            hint="Ids, separated by commas. Empty for all."
          />
          <div class="actions">
            <button class="primary">Add</button>
          </div>
        </Form>
      </Card>
    </ConsolePage>,
    created === undefined ? (error === undefined ? 200 : 400) : 201,
  );
}
