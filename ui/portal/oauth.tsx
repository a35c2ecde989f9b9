import type { Context, Hono } from 'hono';
import type { FC } from 'hono/jsx';
import { consoleLabelsOf } from '../../idp/explanations/console';
import { oauthWaysOf } from '../../idp/federation/identity-providers';
import type { NewSecret, OAuthInfo } from '../data';
import { Confirm, formState, type FormState } from '../parts/forms';
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
import { Card, CopyField, Empty, Head, Notice } from '../parts/parts';
import { CallError, get } from '../web/backend';
import { goTo, readForm, respond, type Fields } from '../web/respond';
import type { PageEnvironment } from '../web/types';
import { connectionPath, portalBackend, PortalPage, visit, type Visit } from './frame';

type PageContext = Context<PageEnvironment>;

const PATH = '/portal/oauth';

/** Adds the page of short-lived credentials, for identity providers that ask for them. */
export function addOAuth(app: Hono<PageEnvironment>): void {
  app.get(PATH, async (context) => show(context, await read(context)));

  app.post(PATH, async (context) => {
    const fields = await readForm(context, 'portal');
    // Read first: a read that fails after the client was created would lose its secret.
    const page = await read(context);
    const created = await createClient(portalBackend(context), settingsIn(context), fields);
    if (created instanceof CallError) return show(context, page, created, fields);
    return showSecret(context, page, created.id, created.secret);
  });

  app.post(`${PATH}/secret`, async (context) => {
    const fields = await readForm(context, 'portal');
    const page = await read(context);
    const created = await createSecret(portalBackend(context), settingsIn(context), fields);
    if (created instanceof CallError) return show(context, page, created);
    return showSecret(context, page, fields('client'), created);
  });

  app.post(`${PATH}/delete`, async (context) => {
    const fields = await readForm(context, 'portal');
    await deleteCredential(portalBackend(context), settingsIn(context), fields);
    return goTo(context, PATH);
  });

  app.post(`${PATH}/trust`, async (context) => {
    const fields = await readForm(context, 'portal');
    const page = await read(context);
    const error = await setTrust(portalBackend(context), settingsIn(context), fields);
    return error === undefined ? goTo(context, PATH) : show(context, page, error, fields);
  });

  app.post(`${PATH}/trust/delete`, async (context) => {
    await readForm(context, 'portal');
    await endTrust(portalBackend(context), settingsIn(context));
    return goTo(context, PATH);
  });
}

/** The data of the page. */
interface OAuthPage {
  readonly visit: Visit;
  readonly oauth: OAuthInfo;
}

async function read(context: PageContext): Promise<OAuthPage> {
  const [current, oauth] = await visit<[OAuthInfo]>(context, get(settingsIn(context)));
  return { visit: current, oauth };
}

/** Returns the path of the connection's OAuth settings. */
function settingsIn(context: PageContext): string {
  return `${connectionPath(context)}/oauth`;
}

/** Shows the page. @param error why the form in `fields` was refused, if it was */
function show(
  context: PageContext,
  { visit: current, oauth }: OAuthPage,
  error?: CallError,
  fields?: Fields,
): Response | Promise<Response> {
  const { connection, frame, form, session } = current;
  const { name } = consoleLabelsOf(connection.identityProvider);
  const state = formState(form, error);
  const action = `${frame.root}/oauth`;
  // A link that replaces tokens replaces secrets, too; it creates nothing else.
  const isSetup = session.intent === 'setup';
  const { clients, latestSecret } = oauth;
  return respond(
    context,
    <PortalPage visit={current} title="OAuth" here="oauth">
      <Head title="OAuth">
        {`In place of a token, ${name} can use short-lived access tokens. If you have pasted a ` +
          'token, you do not need this page.'}
      </Head>
      {error === undefined ? null : <Notice state="bad" title={error.message} />}
      <Card title="Client credentials">
        <p>
          Choose this if {name} asks for a client id, a client secret and a token endpoint. It gets
          access tokens for them.
        </p>
        {clients.length === 0 ? (
          <Empty title="No clients yet">
            {isSetup ? 'Create one below.' : 'Ask for a link that allows the setup.'}
          </Empty>
        ) : (
          <ClientTable oauth={oauth} canDelete={isSetup} form={form} action={action} />
        )}
      </Card>
      {isSetup ? (
        <Card title="Create a client">
          <p>The secret is shown once, so have the field in {name} open before you create it.</p>
          <NewClientForm
            state={state}
            action={action}
            fields={fields}
            latestSecret={latestSecret}
          />
        </Card>
      ) : null}
      {oauthWaysOf(connection.identityProvider).federation ? (
        <FederationCard
          visit={current}
          oauth={oauth}
          isSetup={isSetup}
          state={state}
          fields={fields}
        />
      ) : null}
    </PortalPage>,
    error === undefined ? 200 : 400,
  );
}

const FederationCard: FC<{
  readonly visit: Visit;
  readonly oauth: OAuthInfo;
  readonly isSetup: boolean;
  readonly state: FormState;
  readonly fields: Fields | undefined;
}> = ({
  visit: { connection, frame },
  oauth: { trust, isTrustFixed, tokenEndpoint },
  isSetup,
  state,
  fields,
}) => {
  const { name } = consoleLabelsOf(connection.identityProvider);
  const action = `${frame.root}/oauth/trust`;
  const isOwn = isSetup && !isTrustFixed;
  return (
    <Card title="Workload identity federation">
      <p>
        {`Choose this if ${name} asks for a token endpoint only: it signs in with tokens of its ` +
          'own, and there is no secret.'}
      </p>
      <CopyField label="Token endpoint" value={tokenEndpoint} id="endpoint" />
      {trust === undefined ? null : <TrustFacts trust={trust} />}
      {isTrustFixed ? (
        <Notice state="idle" title="The operators of this service have set the trust.">
          Ask them if it should change.
        </Notice>
      ) : null}
      {isOwn && trust !== undefined ? (
        <Confirm
          state={{ token: state.token }}
          action={`${action}/delete`}
          label="End the trust"
          warning="Access tokens that were issued for it are refused at once."
        />
      ) : null}
      {isOwn ? <TrustForm state={state} action={action} fields={fields} /> : null}
    </Card>
  );
};

function showSecret(
  context: PageContext,
  { visit: current, oauth: { tokenEndpoint } }: OAuthPage,
  client: string,
  secret: NewSecret,
): Response | Promise<Response> {
  const { root } = current.frame;
  return respond(
    context,
    <PortalPage visit={current} title="New client secret" here="oauth">
      <div class="narrow content">
        <Head title="Your new client secret">Nobody can look it up later.</Head>
        <NewSecretCard client={client} secret={secret} tokenEndpoint={tokenEndpoint} />
        <div class="actions">
          <a class="button" href={`${root}/oauth`}>
            Done
          </a>
          {current.session.intent === 'setup' ? (
            <a class="button primary" href={`${root}/check`}>
              Go to the live check
            </a>
          ) : null}
        </div>
      </div>
    </PortalPage>,
    201,
  );
}
