import type { Context, Hono } from 'hono';
import type { FC } from 'hono/jsx';
import type { WebhookInfo } from '../../api-data';
import { Form, formState, TextField } from '../../parts/forms';
import { Badge, Card, CopyField, Empty, Head, Notice, Table } from '../../parts/parts';
import { CallError, get, post } from '../../web/backend';
import { readForm, respond, type Element, type Fields } from '../../web/respond';
import type { PageEnvironment } from '../../web/types';
import { linesOf } from '../connections';
import { consoleBackend, ConsolePage, enter, type Desk } from '../frame';

/** Adds the list of webhooks, with the form that creates one. */
export function addWebhooks(app: Hono<PageEnvironment>): void {
  app.get('/console/webhooks', async (context) => show(context, await read(context)));

  app.post('/console/webhooks', async (context) => {
    const fields = await readForm(context, 'console');
    // Read first: a read that fails after the webhook was created would lose its secret.
    const page = await read(context);
    const created = await consoleBackend(context).submit<NewWebhook>(
      post('/admin/webhooks', {
        url: fields('url'),
        description: fields('description'),
        types: linesOf(fields('types')),
        connections: linesOf(fields('connections')),
      }),
    );
    if (created instanceof CallError) return show(context, page, created, fields);
    return respond(context, newWebhookPage(page[0], created), 201);
  });
}

/** The state of an endpoint. */
export const WebhookBadge: FC<{ readonly webhook: WebhookInfo }> = ({
  webhook: { enabled, disabledReason, failingSince },
}) => {
  if (!enabled) {
    const isOwn = disabledReason === undefined || disabledReason === 'operator';
    return (
      <Badge state={isOwn ? 'idle' : 'bad'}>{isOwn ? 'Disabled' : 'Disabled after failures'}</Badge>
    );
  }
  return failingSince === undefined ? (
    <Badge state="ok">Enabled</Badge>
  ) : (
    <Badge state="bad">Failing</Badge>
  );
};

type NewWebhook = WebhookInfo & { readonly secret: string };
type WebhookList = readonly [Desk, { readonly webhooks: readonly WebhookInfo[] }];

function read(context: Context<PageEnvironment>): Promise<WebhookList> {
  return enter<[{ readonly webhooks: readonly WebhookInfo[] }]>(context, get('/admin/webhooks'));
}

function newWebhookPage(desk: Desk, { id, url, secret }: NewWebhook): Element {
  return (
    <ConsolePage desk={desk} title="New webhook" here="Webhooks">
      <Head title={url}>The webhook was created.</Head>
      <Card title="The signing secret">
        <p class="muted">
          Copy it now: it is shown only once. The application verifies deliveries with it.
        </p>
        <CopyField label="Secret" value={secret} id="secret" />
        <div class="actions">
          <a class="button" href={`${desk.frame.root}/webhooks/${id}`}>
            Open the webhook
          </a>
        </div>
      </Card>
    </ConsolePage>
  );
}

/** Shows the page. @param error why the form in `fields` was refused, if it was */
function show(
  context: Context<PageEnvironment>,
  [desk, { webhooks }]: WebhookList,
  error?: CallError,
  fields?: Fields,
): Response | Promise<Response> {
  const value = (name: string): string => fields?.(name) ?? '';
  const root = `${desk.frame.root}/webhooks`;
  const state = formState(desk.form, error);
  return respond(
    context,
    <ConsolePage desk={desk} title="Webhooks" here="Webhooks">
      <Head title="Webhooks">
        Endpoints of your application that receive the changes of users and groups.
      </Head>
      {error === undefined ? null : <Notice state="bad" title={error.message} />}
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
    error === undefined ? 200 : 400,
  );
}
