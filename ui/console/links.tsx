import type { Context, Hono } from 'hono';
import type { PortalLinkInfo, PortalLinkPage } from '../api-data';
import type { Health } from '../data';
import { Confirm, Form, formState, Select, TextField } from '../parts/forms';
import { Badge, Card, CopyField, Empty, NextPage, Notice, Table } from '../parts/parts';
import { relativeText, Time } from '../parts/times';
import { CallError, get, post } from '../web/backend';
import { readForm, respond, type Element, type Fields } from '../web/respond';
import type { PageEnvironment } from '../web/types';
import {
  connectionIn,
  ConnectionPage,
  consoleBackend,
  enterConnection,
  goToTab,
  shortActor,
  type ConnectionDesk,
} from './frame';

const INTENTS = [
  ['setup', 'Full setup'],
  ['rotate', 'Replace the token, see the log'],
  ['log', 'See the status and the log'],
] as const;

const LIFETIMES = [
  ['259200', '3 days'],
  ['86400', '1 day'],
  ['3600', '1 hour'],
  ['1209600', '14 days'],
] as const;

const STATES: Readonly<Record<PortalLinkInfo['state'], readonly [Health['state'], string]>> = {
  unused: ['idle', 'Not opened yet'],
  opened: ['ok', 'Opened'],
  expired: ['idle', 'Expired'],
  revoked: ['idle', 'Revoked'],
};

/** Adds the page of a connection's setup links. */
export function addLinks(app: Hono<PageEnvironment>): void {
  app.get('/console/connections/:id/links', async (context) => show(context, await read(context)));

  app.post('/console/connections/:id/links', async (context) => {
    const fields = await readForm(context, 'console');
    const recipient = fields('recipient');
    // Read first: a read that fails after the link was created would lose it.
    const page = await read(context);
    const created = await consoleBackend(context).submit<NewLink>(
      post(`${connectionIn(context, 'admin')}/portalLinks`, {
        intent: fields('intent'),
        expiresInSeconds: Number(fields('lifetime')),
        ...(recipient === '' ? {} : { recipient }),
      }),
    );
    if (created instanceof CallError) return show(context, page, created, fields);
    return respond(context, newLinkPage(page[0], created), 201);
  });

  app.post('/console/connections/:id/links/revoke', async (context) => {
    const fields = await readForm(context, 'console');
    const link = encodeURIComponent(fields('link'));
    const path = `${connectionIn(context, 'admin')}/portalLinks/${link}`;
    await consoleBackend(context).one({ method: 'DELETE', path });
    return goToTab(context, '/links');
  });
}

interface NewLink {
  readonly url: string;
  readonly expiresAt: string;
}

type LinkList = readonly [ConnectionDesk, PortalLinkPage];

function read(context: Context<PageEnvironment>): Promise<LinkList> {
  const { cursor } = context.req.query();
  const path = `${connectionIn(context, 'admin')}/portalLinks`;
  return enterConnection<[PortalLinkPage]>(context, get(path, { limit: '25', cursor }));
}

function newLinkPage(desk: ConnectionDesk, { url, expiresAt }: NewLink): Element {
  return (
    <ConnectionPage desk={desk} tab="Setup links">
      <Card title="The link">
        <p class="muted">
          Copy it now: it is shown only once. It can be opened{' '}
          {`until ${expiresAt.slice(0, 16).replace('T', ' ')} UTC.`}
        </p>
        <CopyField label="Setup link" value={url} id="link" />
        <div class="actions">
          <a class="button" href={`${desk.path}/links`}>
            Done
          </a>
        </div>
      </Card>
    </ConnectionPage>
  );
}

/** Shows the page. @param error why the form in `fields` was refused, if it was */
function show(
  context: Context<PageEnvironment>,
  [desk, { portalLinks, nextCursor }]: LinkList,
  error?: CallError,
  fields?: Fields,
): Response | Promise<Response> {
  const state = formState(desk.form, error);
  return respond(
    context,
    <ConnectionPage desk={desk} tab="Setup links">
      {error === undefined ? null : <Notice state="bad" title={error.message} />}
      <Card title="Create a setup link">
        <p class="muted">
          It opens the portal for the customer's administrator, once, in one browser. Send it to one
          person only: anyone who opens it can do everything that it allows.
        </p>
        <Form state={state} action={`${desk.path}/links`} class="form">
          <TextField
            label="Recipient"
            name="recipient"
            state={state}
            value={fields?.('recipient') ?? ''}
            hint="A name or an address, for the audit log. The link is not mailed: copy it."
          />
          <Select label="Allows" name="intent" state={state} value="setup" options={INTENTS} />
          <Select
            label="Can be opened for"
            name="lifetime"
            state={state}
            value="259200"
            options={LIFETIMES}
          />
          <div class="actions">
            <button class="primary">Create the link</button>
          </div>
        </Form>
      </Card>
      <Card title="All links">
        {portalLinks.length === 0 ? (
          <Empty title="No links yet">Links are listed until 90 days after they expire.</Empty>
        ) : (
          <Table label="Links" columns={['Recipient', 'Allows', 'State', 'Created', 'By', '']}>
            {portalLinks.map((link) => (
              <LinkRow link={link} form={desk.form} action={`${desk.path}/links/revoke`} />
            ))}
          </Table>
        )}
      </Card>
      <NextPage cursor={nextCursor} href={`${desk.path}/links`} />
    </ConnectionPage>,
    error === undefined ? 200 : 400,
  );
}

const LinkRow = ({
  link: { id, recipient, intent, state, createdAt, createdBy, expiresAt, openedAt },
  form,
  action,
}: {
  readonly link: PortalLinkInfo;
  readonly form: string;
  readonly action: string;
}) => {
  const [tone, word] = STATES[state];
  const isLive = state === 'unused' || state === 'opened';
  return (
    <tr>
      <td data-label="Recipient">{recipient ?? '–'}</td>
      <td data-label="Allows">{INTENTS.find(([name]) => name === intent)?.[1]}</td>
      <td data-label="State">
        <Badge state={tone}>{word}</Badge>
        <span class="sub">
          {state === 'unused'
            ? `ends ${relativeText(expiresAt)}`
            : openedAt === undefined
              ? ''
              : relativeText(openedAt)}
        </span>
      </td>
      <td data-label="Created">
        <Time at={createdAt} />
      </td>
      <td data-label="By">{shortActor(createdBy)}</td>
      <td>
        {isLive ? (
          <Confirm
            state={{ token: form }}
            action={action}
            label="Revoke"
            about={`link ${id}`}
            warning="The link and its session end at once."
          >
            <input type="hidden" name="link" value={id} />
          </Confirm>
        ) : null}
      </td>
    </tr>
  );
};
