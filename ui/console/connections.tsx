import type { Context, Hono } from 'hono';
import { consoleLabelsOf } from '../../idp/explanations/console';
import { GUIDES } from '../../idp/guides/registry';
import type { ConnectionList } from '../data';
import { Checkbox, Form, Select, TextField } from '../parts/forms';
import { Badge, Card, CopyField, Empty, Head, NextPage, Notice, Table } from '../parts/parts';
import { dayText, LastUse, numberText } from '../parts/times';
import { CallError, get, post } from '../web/backend';
import { readForm, respond, type Element, type Fields } from '../web/respond';
import type { PageEnvironment } from '../web/types';
import { consoleBackend, ConsolePage, enter, type Desk } from './frame';

/** The identity providers, for a choice. */
export const IDENTITY_PROVIDER_OPTIONS = Object.entries(GUIDES).map(
  ([name, { title }]) => [name, title] as const,
);

/** Adds the list of connections, and the page that creates one. */
export function addConnections(app: Hono<PageEnvironment>): void {
  app.get('/console', async (context) => {
    const { search = '', cursor } = context.req.query();
    const [desk, list] = await enter<[ConnectionList]>(
      context,
      get('/pages/connections', { search, cursor }),
    );
    return respond(context, connectionList(desk, list, search));
  });

  app.get('/console/new', async (context) => {
    const [desk] = await enter(context);
    return respond(
      context,
      newConnection(desk, () => ''),
    );
  });

  app.post('/console/new', async (context) => {
    const fields = await readForm(context, 'console');
    // Read first: a read that fails after the connection was created would lose its token.
    const [desk] = await enter(context);
    const created = await createConnection(context, fields);
    return created instanceof CallError
      ? respond(context, newConnection(desk, fields, created), 400)
      : respond(context, createdPage(desk, created), 201);
  });
}

interface CreatedConnection {
  readonly id: string;
  readonly displayName: string;
  readonly scimBaseUrl: string;
  readonly token: { readonly value: string; readonly expiresAt: string };
}

function createConnection(
  context: Context<PageEnvironment>,
  fields: Fields,
): Promise<CreatedConnection | CallError> {
  const id = fields('id');
  const recipients = linesOf(fields('failureMail'));
  return consoleBackend(context).submit<CreatedConnection>(
    post('/admin/connections', {
      ...(id === '' ? {} : { id }),
      displayName: fields('displayName'),
      identityProvider: fields('identityProvider'),
      groups: fields('groups') === 'yes',
      ...(recipients.length === 0 ? {} : { failureMail: { recipients } }),
    }),
  );
}

function createdPage(
  desk: Desk,
  { id, displayName, scimBaseUrl, token: { value, expiresAt } }: CreatedConnection,
): Element {
  const path = `${desk.frame.root}/connections/${id}`;
  return (
    <ConsolePage desk={desk} title={displayName} here="Connections">
      <div class="narrow content">
        <Head title={`${displayName} was created`}>
          Send a setup link to the customer's administrator, who can do the rest alone. Or send
          these two values.
        </Head>
        <Card>
          <CopyField label="Base URL" value={scimBaseUrl} id="base-url" />
          <CopyField label="Token, shown only once" value={value} id="token" />
          <p class="muted small">{`The token is valid until ${dayText(expiresAt)}.`}</p>
        </Card>
        <div class="actions">
          <a class="button" href={path}>
            Open the connection
          </a>
          <a class="button primary" href={`${path}/links`}>
            Create a setup link
          </a>
        </div>
      </div>
    </ConsolePage>
  );
}

/** Returns the entries of a field with one on each line, or separated by commas. */
export function linesOf(text: string): readonly string[] {
  return text
    .split(/[\n,]/)
    .map((line) => line.trim())
    .filter(Boolean);
}

function connectionList(desk: Desk, list: ConnectionList, search: string): Element {
  const { frame } = desk;
  const { connections } = list;
  return (
    <ConsolePage desk={desk} title="Connections" here="Connections">
      <Head title="Connections">{summaryOf(list, search)}</Head>
      <form class="row search" method="get" action={frame.root} role="search">
        <input
          type="search"
          name="search"
          value={search}
          placeholder="Search by name or id"
          aria-label="Search by name or id"
        />
        <button>Search</button>
        <a class="button primary" href={`${frame.root}/new`}>
          New connection
        </a>
      </form>
      <Card>
        {connections.length === 0 ? (
          <Empty title={search === '' ? 'There are no connections yet' : 'Nothing matches'}>
            {search === ''
              ? "A connection is one customer's identity provider. Create one, and hand out a link."
              : 'Search for a part of the name or of the id.'}
          </Empty>
        ) : (
          <Table
            label="Connections"
            columns={['Customer', 'Identity provider', 'Health', 'Users', 'Last request']}
          >
            {connections.map(({ id, displayName, identityProvider, health, ...numbers }) => (
              <tr>
                <td>
                  {identityProvider === undefined ? (
                    <strong>{displayName}</strong>
                  ) : (
                    <a href={`${frame.root}/connections/${id}`}>
                      <strong>{displayName}</strong>
                    </a>
                  )}
                  <span class="sub">{id}</span>
                </td>
                <td data-label="Identity provider">{providerName(identityProvider)}</td>
                <td data-label="Health">
                  <Badge state={health.state}>{health.text}</Badge>
                </td>
                <td data-label="Users">
                  {numbers.users === undefined ? '–' : numberText(numbers.users)}
                </td>
                <td data-label="Last request">
                  <LastUse at={numbers.lastRequestAt} />
                </td>
              </tr>
            ))}
          </Table>
        )}
      </Card>
      <NextPage
        cursor={list.nextCursor}
        href={`${frame.root}?search=${encodeURIComponent(search)}`}
      />
    </ConsolePage>
  );
}

function providerName(identityProvider: string | undefined): string {
  if (identityProvider === undefined) return '–';
  const { name } = consoleLabelsOf(identityProvider);
  return name === 'the identity provider' ? 'Other' : name;
}

function summaryOf({ total, needAttention = 0 }: ConnectionList, search: string): string {
  if (total === undefined) {
    return search === ''
      ? 'Sorted by id. Search to find one by its name.'
      : `Many connections match “${search}”, sorted by id.`;
  }
  const number = `${numberText(total)} connection${total === 1 ? '' : 's'}`;
  if (search !== '') return `${number} match${total === 1 ? 'es' : ''} “${search}”.`;
  if (total === 0) return "One for each customer's identity provider.";
  const verb = needAttention === 1 ? 'needs' : 'need';
  return needAttention === 0
    ? `${number}. None needs attention.`
    : `${numberText(needAttention)} of ${numberText(total)} ${verb} attention.`;
}

function newConnection(desk: Desk, fields: Fields, error?: CallError): Element {
  const state = { token: desk.form, problems: error?.fields ?? new Map<string, string>() };
  const wasSent = error !== undefined;
  return (
    <ConsolePage desk={desk} title="New connection" here="Connections">
      <div class="narrow content">
        <Head title="New connection">One customer's identity provider.</Head>
        {error === undefined ? null : <Notice state="bad" title={error.message} />}
        <Card>
          <Form state={state} action={`${desk.frame.root}/new`} class="form">
            <TextField
              label="Customer"
              name="displayName"
              state={state}
              value={fields('displayName')}
              required
            />
            <TextField
              label="Id"
              name="id"
              state={state}
              value={fields('id')}
              hint="In the base URL: lower-case letters, digits, hyphens. Empty for a random one."
            />
            <Select
              label="Identity provider"
              name="identityProvider"
              state={state}
              value={fields('identityProvider') || 'generic'}
              options={IDENTITY_PROVIDER_OPTIONS}
              hint="The customer's administrator can choose another one during the setup."
            />
            <TextField
              label="Send mails about failures to"
              name="failureMail"
              state={state}
              value={fields('failureMail')}
              hint="Addresses, separated by commas. Leave empty for the deployment's recipients."
            />
            <Checkbox
              label="Accept groups"
              name="groups"
              checked={!wasSent || fields('groups') === 'yes'}
            />
            <div class="actions">
              <a class="button" href={desk.frame.root}>
                Cancel
              </a>
              <button class="primary">Create</button>
            </div>
          </Form>
        </Card>
      </div>
    </ConsolePage>
  );
}
