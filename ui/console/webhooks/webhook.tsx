import type { Context, Hono } from 'hono';
import type { DeliveryInfo, DeliveryPage, WebhookInfo } from '../../api-data';
import { Confirm, Form, TextField, type FormState } from '../../parts/forms';
import {
  Badge,
  Card,
  CopyField,
  Empty,
  Facts,
  Head,
  NextPage,
  Notice,
  Table,
} from '../../parts/parts';
import { Time } from '../../parts/times';
import type { PageCall } from '../../protocol';
import { CallError, get, post } from '../../web/backend';
import { readForm, respond } from '../../web/respond';
import type { PageEnvironment } from '../../web/types';
import { consoleBackend, ConsolePage, enter, type Desk } from '../frame';
import { WebhookBadge } from './webhooks';

/** Adds the page of a webhook: its state, deliveries and actions. */
export function addWebhook(app: Hono<PageEnvironment>): void {
  app.get('/console/webhooks/:webhook', async (context) => show(context, await read(context)));

  app.post('/console/webhooks/:webhook/:act', async (context) => {
    const fields = await readForm(context, 'console');
    const path = pathOf(context);
    const act = context.req.param('act');
    const calls: Readonly<Record<string, PageCall>> = {
      test: post(`${path}/test`),
      replay: post(`${path}/replay`, { after: fields('after') }),
      resend: post(`${path}/deliveries/${encodeURIComponent(fields('event'))}/resend`),
      enable: { method: 'PATCH', path, body: { enabled: true } },
      disable: { method: 'PATCH', path, body: { enabled: false } },
      delete: { method: 'DELETE', path },
      rotate: post(`${path}/secret`),
    };
    const call = Object.hasOwn(calls, act) ? calls[act] : undefined;
    if (call === undefined) throw new CallError(404, 'There is no such action on a webhook.');
    // Read first: a read that fails after a rotation would lose the secret.
    const page = await read(context);
    const answer = await consoleBackend(context).submit<{ readonly secret?: string } | undefined>(
      call,
    );
    if (answer instanceof CallError) return show(context, page, { error: answer });
    if (act === 'rotate') return show(context, page, { secret: answer?.secret ?? '' });
    const root = `${context.env.base}/console/webhooks`;
    const own = `${root}/${context.req.param('webhook')}?done=${act}`;
    return context.redirect(act === 'delete' ? root : own, 303);
  });
}

const DONE: Readonly<Record<string, string>> = {
  test: 'A test event is on its way.',
  replay: 'The events are on their way.',
  resend: 'The event is on its way.',
  enable: 'The webhook is enabled.',
  disable: 'The webhook is disabled.',
};

function pathOf(context: Context<PageEnvironment>): string {
  return `/admin/webhooks/${encodeURIComponent(context.req.param('webhook') ?? '')}`;
}

interface Outcome {
  readonly secret?: string;
  readonly error?: CallError;
}

type WebhookPage = readonly [Desk, WebhookInfo, DeliveryPage];

function read(context: Context<PageEnvironment>): Promise<WebhookPage> {
  const { status, cursor } = context.req.query();
  const query = { limit: '25', cursor, ...(status === 'failed' ? { status } : {}) };
  return enter<[WebhookInfo, DeliveryPage]>(
    context,
    get(pathOf(context)),
    get(`${pathOf(context)}/deliveries`, query),
  );
}

function show(
  context: Context<PageEnvironment>,
  [desk, webhook, { deliveries, nextCursor }]: WebhookPage,
  { secret, error }: Outcome = {},
): Response | Promise<Response> {
  const { status, done = '' } = context.req.query();
  const root = `${desk.frame.root}/webhooks/${webhook.id}`;
  return respond(
    context,
    <ConsolePage desk={desk} title={webhook.url} here="Webhooks">
      <div class="head">
        <nav class="crumbs" aria-label="Path">
          <a href={`${desk.frame.root}/webhooks`}>Webhooks</a> › {webhook.id}
        </nav>
        <Head title={webhook.url} beside={<WebhookBadge webhook={webhook} />} />
      </div>
      {error === undefined ? null : <Notice state="bad" title={error.message} />}
      {Object.hasOwn(DONE, done) ? <Notice state="ok" title={DONE[done] ?? ''} /> : null}
      {secret === undefined ? null : (
        <Card title="The new signing secret">
          <p class="muted">
            Copy it now: it is shown only once. For a day, deliveries have the signatures of both
            secrets.
          </p>
          <CopyField label="Secret" value={secret} id="secret" />
        </Card>
      )}
      <Overview desk={desk} webhook={webhook} root={root} />
      <Card title="Deliveries">
        <nav class="pills" aria-label="Filter">
          <a href={root} {...(status === 'failed' ? {} : { 'aria-current': 'page' })}>
            All
          </a>
          <a
            href={`${root}?status=failed`}
            {...(status === 'failed' ? { 'aria-current': 'page' } : {})}
          >
            Failed
          </a>
        </nav>
        <Deliveries deliveries={deliveries} desk={desk} root={root} />
      </Card>
      <NextPage cursor={nextCursor} href={status === 'failed' ? `${root}?status=failed` : root} />
    </ConsolePage>,
  );
}

interface WebhookProps {
  readonly desk: Desk;
  readonly webhook: WebhookInfo;
  readonly root: string;
}

const Overview = ({ desk, webhook, root }: WebhookProps) => {
  const state: FormState = { token: desk.form };
  const { enabled, description, types, connections, failingSince, lastSuccessAt } = webhook;
  return (
    <div class="columns">
      <Card title="Endpoint">
        <Facts
          of={[
            ['Description', description || '–'],
            ['Types', types.join(', ') || 'all'],
            ['Connections', connections.join(', ') || 'all'],
            ['Last success', <Time at={lastSuccessAt} />],
            ['Failing since', <Time at={failingSince} />],
          ]}
        />
        <div class="row">
          <Form state={state} action={`${root}/test`}>
            <button>Send a test</button>
          </Form>
          <Form state={state} action={`${root}/${enabled ? 'disable' : 'enable'}`}>
            <button>{enabled ? 'Disable' : 'Enable'}</button>
          </Form>
          <Confirm
            state={state}
            action={`${root}/rotate`}
            label="New secret"
            warning="Both secrets sign for a day, then only the new one."
          />
          <Confirm
            state={state}
            action={`${root}/delete`}
            label="Delete"
            warning="Events that wait for this endpoint are not sent any more."
          />
        </div>
      </Card>
      <Card title="Replay">
        <p class="muted">Sends all events again, starting five minutes before this one.</p>
        <Form state={state} action={`${root}/replay`} class="form">
          <TextField label="Id of the event" name="after" state={state} required />
          <div>
            <button>Replay</button>
          </div>
        </Form>
      </Card>
    </div>
  );
};

const Deliveries = ({
  deliveries,
  desk,
  root,
}: {
  readonly deliveries: readonly DeliveryInfo[];
  readonly desk: Desk;
  readonly root: string;
}) =>
  deliveries.length === 0 ? (
    <Empty title="There are no deliveries">They are kept for 30 days.</Empty>
  ) : (
    <Table label="Deliveries" columns={['Event', 'When', 'Result', 'Answer', '']}>
      {deliveries.map(({ eventId, type, connection, at, status, statusCode, ...rest }) => (
        <tr>
          <td>
            <strong>{type}</strong>
            <span class="sub">{connection === '' ? eventId : `${connection} · ${eventId}`}</span>
          </td>
          <td data-label="When">
            <Time at={at} />
          </td>
          <td data-label="Result">
            <Badge state={status === 'failed' ? 'bad' : 'ok'}>
              {status === 'failed' ? 'Failed' : 'Delivered'}
            </Badge>
            <span class="sub">{`attempt ${rest.attempt}`}</span>
          </td>
          <td data-label="Answer">
            {statusCode ?? rest.error ?? '–'}
            <span class="sub">{rest.answer}</span>
          </td>
          <td>
            {type === 'webhook.test' ? null : (
              <Form state={{ token: desk.form }} action={`${root}/resend`}>
                <input type="hidden" name="event" value={eventId} />
                <button class="plain">
                  Send again<span class="visually-hidden"> event {eventId}</span>
                </button>
              </Form>
            )}
          </td>
        </tr>
      ))}
    </Table>
  );
