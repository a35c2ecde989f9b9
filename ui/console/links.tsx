import type { Context, Hono } from 'hono';
import type { PortalLinkInfo, PortalLinkPage } from '../api-data';
import type { Health } from '../data';
import { Confirm, Form, Select, TextField, type FormState } from '../parts/forms';
import { Badge, Card, CopyField, Empty, NextPage, Notice, Table } from '../parts/parts';
import { relativeText, Time } from '../parts/times';
import { CallError, get, post } from '../web/backend';
import { readForm, respond, type Fields } from '../web/respond';
import type { PageEnvironment } from '../web/types';
import { connectionIn, ConnectionPage, consoleBackend, enterConnection, shortActor } from './frame';

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

/** The links to the portal of a connection. */
export function addLinks(app: Hono<PageEnvironment>): void {
  app.get('/console/connections/:id/links', (context) => show(context));

  app.post('/console/connections/:id/links', async (context) => {
    const fields = await readForm(context, 'console');
    const recipient = fields('recipient');
    try {
      const { url, expiresAt } = await consoleBackend(context).one<{
        readonly url: string;
        readonly expiresAt: string;
      }>(
        post(`${connectionIn(context, 'admin')}/portalLinks`, {
          intent: fields('intent'),
          expiresInSeconds: Number(fields('lifetime')),
          ...(recipient === '' ? {} : { recipient }),
        }),
      );
      return await show(context, { url, expiresAt });
    } catch (error) {
      if (!(error instanceof CallError) || ![400, 409].includes(error.status)) throw error;
      return show(context, undefined, { error, fields });
    }
  });

  app.post('/console/connections/:id/links/revoke', async (context) => {
    const fields = await readForm(context, 'console');
    const link = encodeURIComponent(fields('link'));
    const path = `${connectionIn(context, 'admin')}/portalLinks/${link}`;
    await consoleBackend(context).one({ method: 'DELETE', path });
    const [desk] = await enterConnection(context);
    return context.redirect(`${desk.path}/links`, 303);
  });
}

async function show(
  context: Context<PageEnvironment>,
  created?: { readonly url: string; readonly expiresAt: string },
  refused?: { readonly error: CallError; readonly fields: Fields },
): Promise<Response> {
  const error = refused?.error;
  const { cursor } = context.req.query();
  const path = `${connectionIn(context, 'admin')}/portalLinks`;
  const query = { limit: '25', ...(cursor === undefined ? {} : { cursor }) };
  const [desk, { portalLinks, nextCursor }] = await enterConnection<[PortalLinkPage]>(
    context,
    get(path, query),
  );
  const state: FormState = {
    token: desk.form,
    ...(error === undefined ? {} : { problems: error.fields }),
  };
  return respond(
    context,
    <ConnectionPage desk={desk} tab="Setup links">
      {error === undefined ? null : <Notice state="bad" title={error.message} />}
      {created === undefined ? (
        <Card title="Create a setup link">
          <p class="muted">
            It opens the portal for the customer's administrator, once, in one browser. Anyone who
            opens it can do what it allows: send it to one person.
          </p>
          <Form state={state} action={`${desk.path}/links`} class="form">
            <TextField
              label="Recipient"
              name="recipient"
              state={state}
              value={refused?.fields('recipient') ?? ''}
              hint="A name or an address, for the audit log. Nothing is mailed: copy the link."
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
      ) : (
        <Card title="The link">
          <p class="muted">
            Copy it now: it is shown this once. It can be opened{' '}
            {`until ${created.expiresAt.slice(0, 16).replace('T', ' ')} UTC.`}
          </p>
          <CopyField label="Setup link" value={created.url} id="link" />
          <div class="actions">
            <a class="button" href={`${desk.path}/links`}>
              Done
            </a>
          </div>
        </Card>
      )}
      <Card title="All links">
        {portalLinks.length === 0 ? (
          <Empty title="No link was created yet">Links of the last months are listed here.</Empty>
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
    created === undefined ? (error === undefined ? 200 : 400) : 201,
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
            warning="The link and the session that it opened end at once."
          >
            <input type="hidden" name="link" value={id} />
          </Confirm>
        ) : null}
      </td>
    </tr>
  );
};
