import type { Context, Hono } from 'hono';
import type { NewOAuthClient, NewSecret, OAuthClientInfo, TrustInfo } from '../api-data';
import { ClientTable, NewSecretCard, TrustFacts } from '../parts/oauth';
import { Confirm, Form, formState, Select, TextField, type FormState } from '../parts/forms';
import { Card, Empty, Notice } from '../parts/parts';
import { CallError, get, post } from '../web/backend';
import { readForm, respond, type Fields } from '../web/respond';
import type { PageEnvironment } from '../web/types';
import {
  connectionIn,
  ConnectionPage,
  consoleBackend,
  enterConnection,
  goToTab,
  type ConnectionDesk,
} from './frame';

const LIFETIMES = [
  ['365', '1 year'],
  ['730', '2 years'],
  ['1095', '3 years'],
] as const;

type PageContext = Context<PageEnvironment>;

/** Adds the page of a connection's OAuth clients and of the issuer that it trusts. */
export function addOAuth(app: Hono<PageEnvironment>): void {
  const path = '/console/connections/:id/oauth';
  app.get(path, async (context) => show(context, await read(context)));

  app.post(path, async (context) => {
    const fields = await readForm(context, 'console');
    // Read first: a read that fails after the client was created would lose its secret.
    const page = await read(context);
    const displayName = fields('displayName');
    const created = await consoleBackend(context).submit<NewOAuthClient>(
      post(clientsIn(context), {
        expiresInDays: Number(fields('lifetime')),
        ...(displayName === '' ? {} : { displayName }),
      }),
    );
    if (created instanceof CallError) return show(context, page, created, fields);
    return showSecret(context, page.desk, created.id, created.secret);
  });

  app.post(`${path}/secret`, async (context) => {
    const fields = await readForm(context, 'console');
    const page = await read(context);
    const client = fields('client');
    const created = await consoleBackend(context).submit<NewSecret>(
      post(`${clientsIn(context)}/${encodeURIComponent(client)}/secrets`),
    );
    if (created instanceof CallError) return show(context, page, created);
    return showSecret(context, page.desk, client, created);
  });

  app.post(`${path}/delete`, async (context) => {
    const fields = await readForm(context, 'console');
    const [client, secret] = [fields('client'), fields('secret')].map(encodeURIComponent);
    const below = secret === '' ? `/${client ?? ''}` : `/${client ?? ''}/secrets/${secret ?? ''}`;
    const call = { method: 'DELETE', path: `${clientsIn(context)}${below}` } as const;
    await consoleBackend(context).one(call);
    return goToTab(context, '/oauth');
  });

  app.post(`${path}/trust`, async (context) => {
    const fields = await readForm(context, 'console');
    const page = await read(context);
    const [subject, audience] = [fields('subject'), fields('audience')];
    const body = {
      issuer: fields('issuer'),
      ...(subject === '' ? {} : { subject }),
      ...(audience === '' ? {} : { audiences: [audience] }),
    };
    const set = await consoleBackend(context).submit<TrustInfo>({
      method: 'PUT',
      path: trustIn(context),
      body,
    });
    return set instanceof CallError ? show(context, page, set, fields) : goToTab(context, '/oauth');
  });

  app.post(`${path}/trust/delete`, async (context) => {
    await readForm(context, 'console');
    await consoleBackend(context).one({ method: 'DELETE', path: trustIn(context) });
    return goToTab(context, '/oauth');
  });
}

/** The data of the page. */
interface OAuthPage {
  readonly desk: ConnectionDesk;
  readonly clients: readonly OAuthClientInfo[];
  readonly trust: TrustInfo | undefined;
}

async function read(context: PageContext): Promise<OAuthPage> {
  const [[desk, clients], trust] = await Promise.all([
    enterConnection<[readonly OAuthClientInfo[]]>(context, get(clientsIn(context))),
    consoleBackend(context).find<TrustInfo>(get(trustIn(context))),
  ]);
  return { desk, clients, trust };
}

function clientsIn(context: PageContext): string {
  return `${connectionIn(context, 'admin')}/oauthClients`;
}

function trustIn(context: PageContext): string {
  return `${connectionIn(context, 'admin')}/trust`;
}

/** Shows the page. @param error why the form in `fields` was refused, if it was */
function show(
  context: PageContext,
  { desk, clients, trust }: OAuthPage,
  error?: CallError,
  fields?: Fields,
): Response | Promise<Response> {
  const state = formState(desk.form, error);
  const action = `${desk.path}/oauth`;
  return respond(
    context,
    <ConnectionPage desk={desk} tab="OAuth">
      {error === undefined ? null : <Notice state="bad" title={error.message} />}
      <Card title="OAuth clients">
        <p class="muted">
          A client exchanges its id and secret for access tokens that last an hour. The bearer token
          of the connection works beside it.
        </p>
        {clients.length === 0 ? (
          <Empty title="No clients yet">Create one for the identity provider.</Empty>
        ) : (
          <ClientTable clients={clients} form={desk.form} action={action} />
        )}
      </Card>
      <NewClientCard state={state} action={action} fields={fields} />
      <Card title="Trusted issuer">
        <p class="muted">
          Entra ID exchanges a token of its own for an access token (workload identity federation).
          There is no secret to copy or to replace.
        </p>
        {trust === undefined ? (
          <Empty title="No issuer is trusted">Enter the issuer of the customer's tenant.</Empty>
        ) : (
          <TrustFacts trust={trust} />
        )}
        {trust === undefined ? null : (
          <Confirm
            state={{ token: desk.form }}
            action={`${action}/trust/delete`}
            label="End the trust"
            warning="Access tokens that were issued for it are refused at once."
          />
        )}
      </Card>
      <TrustForm state={state} action={`${action}/trust`} fields={fields} trust={trust} />
    </ConnectionPage>,
    error === undefined ? 200 : 400,
  );
}

interface FormProps {
  readonly state: FormState;
  readonly action: string;
  /** The values that were typed, if the form was refused. */
  readonly fields: Fields | undefined;
}

const NewClientCard = ({ state, action, fields }: FormProps) => (
  <Card title="Create a client">
    <Form state={state} action={action} class="form">
      <TextField
        label="Name"
        name="displayName"
        state={state}
        value={fields?.('displayName') ?? ''}
        hint="For people, such as the name of the application in Entra ID."
      />
      <Select
        label="The secret lasts"
        name="lifetime"
        state={state}
        value={fields?.('lifetime') ?? '365'}
        options={LIFETIMES}
      />
      <div class="actions">
        <button class="primary">Create the client</button>
      </div>
    </Form>
  </Card>
);

const TrustForm = ({
  state,
  action,
  fields,
  trust,
}: FormProps & { readonly trust: TrustInfo | undefined }) => (
  <Card title={trust === undefined ? 'Trust an issuer' : 'Trust another issuer'}>
    <Form state={state} action={action} class="form">
      <TextField
        label="Issuer"
        name="issuer"
        state={state}
        required
        value={fields?.('issuer') ?? ''}
        hint="https://login.microsoftonline.com/<tenant id>/v2.0"
      />
      <TextField
        label="Subject"
        name="subject"
        state={state}
        value={fields?.('subject') ?? ''}
        hint="The object id of the workload identity."
      />
      <TextField
        label="Audience"
        name="audience"
        state={state}
        value={fields?.('audience') ?? ''}
        hint="Such as api://<application id>."
      />
      <div class="actions">
        <button class="primary">Trust this issuer</button>
      </div>
    </Form>
  </Card>
);

function showSecret(
  context: PageContext,
  desk: ConnectionDesk,
  client: string,
  secret: NewSecret,
): Response | Promise<Response> {
  const tokenEndpoint = `${desk.connection.scimBaseUrl}/oauth2/token`;
  return respond(
    context,
    <ConnectionPage desk={desk} tab="OAuth" title="New client secret">
      <NewSecretCard client={client} secret={secret} tokenEndpoint={tokenEndpoint} />
      <div class="actions">
        <a class="button" href={`${desk.path}/oauth`}>
          Done
        </a>
      </div>
    </ConnectionPage>,
    201,
  );
}
