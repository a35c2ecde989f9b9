import type { Context, Hono } from 'hono';
import type { NewSecret, OAuthInfo } from '../data';
import { Confirm, formState } from '../parts/forms';
import { ClientTable, NewSecretCard, TrustFacts } from '../parts/oauth';
import {
  createClient,
  createSecret,
  deleteCredential,
  endTrust,
  NewClientForm,
  setTrust,
  TrustForm,
} from '../parts/oauth-forms';
import { Card, Empty, Notice } from '../parts/parts';
import { CallError, get } from '../web/backend';
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

type PageContext = Context<PageEnvironment>;

/** Adds the page of a connection's OAuth clients and of the issuer that it trusts. */
export function addOAuth(app: Hono<PageEnvironment>): void {
  const path = '/console/connections/:id/oauth';
  app.get(path, async (context) => show(context, await read(context)));

  app.post(path, async (context) => {
    const fields = await readForm(context, 'console');
    // Read first: a read that fails after the client was created would lose its secret.
    const page = await read(context);
    const created = await createClient(consoleBackend(context), settingsIn(context), fields);
    if (created instanceof CallError) return show(context, page, created, fields);
    return showSecret(context, page, created.id, created.secret);
  });

  app.post(`${path}/secret`, async (context) => {
    const fields = await readForm(context, 'console');
    const page = await read(context);
    const created = await createSecret(consoleBackend(context), settingsIn(context), fields);
    if (created instanceof CallError) return show(context, page, created);
    return showSecret(context, page, fields('client'), created);
  });

  app.post(`${path}/delete`, async (context) => {
    const fields = await readForm(context, 'console');
    await deleteCredential(consoleBackend(context), settingsIn(context), fields);
    return goToTab(context, '/oauth');
  });

  app.post(`${path}/trust`, async (context) => {
    const fields = await readForm(context, 'console');
    const page = await read(context);
    const error = await setTrust(consoleBackend(context), settingsIn(context), fields);
    return error === undefined ? goToTab(context, '/oauth') : show(context, page, error, fields);
  });

  app.post(`${path}/trust/delete`, async (context) => {
    await readForm(context, 'console');
    await endTrust(consoleBackend(context), settingsIn(context));
    return goToTab(context, '/oauth');
  });
}

/** The data of the page. */
interface OAuthPage {
  readonly desk: ConnectionDesk;
  readonly oauth: OAuthInfo;
}

async function read(context: PageContext): Promise<OAuthPage> {
  const call = get(settingsIn(context));
  const [desk, oauth] = await enterConnection<[OAuthInfo]>(context, call);
  return { desk, oauth };
}

/** Returns the path of the connection's OAuth settings. */
function settingsIn(context: PageContext): string {
  return `${connectionIn(context, 'pages')}/oauth`;
}

/** Shows the page. @param error why the form in `fields` was refused, if it was */
function show(
  context: PageContext,
  { desk, oauth }: OAuthPage,
  error?: CallError,
  fields?: Fields,
): Response | Promise<Response> {
  const state = formState(desk.form, error);
  const action = `${desk.path}/oauth`;
  const { trust, latestSecret } = oauth;
  return respond(
    context,
    <ConnectionPage desk={desk} tab="OAuth">
      {error === undefined ? null : <Notice state="bad" title={error.message} />}
      <Card title="OAuth clients">
        <p class="muted">
          A client exchanges its id and secret for access tokens that last an hour. The bearer token
          of the connection works beside it.
        </p>
        {oauth.clients.length === 0 ? (
          <Empty title="No clients yet">Create one for the identity provider.</Empty>
        ) : (
          <ClientTable oauth={oauth} canDelete form={desk.form} action={action} />
        )}
      </Card>
      <Card title="Create a client">
        <NewClientForm state={state} action={action} fields={fields} latestSecret={latestSecret} />
      </Card>
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
      <Card title={trust === undefined ? 'Trust an issuer' : 'Trust another issuer'}>
        <TrustForm state={state} action={`${action}/trust`} fields={fields} />
      </Card>
    </ConnectionPage>,
    error === undefined ? 200 : 400,
  );
}

function showSecret(
  context: PageContext,
  { desk, oauth: { tokenEndpoint } }: OAuthPage,
  client: string,
  secret: NewSecret,
): Response | Promise<Response> {
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
