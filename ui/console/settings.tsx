import type { Context, Hono } from 'hono';
import type { ConnectionSettings } from '../api-data';
import { Checkbox, Form, Select, TextField, type FormState } from '../parts/forms';
import { Card, Head, Notice } from '../parts/parts';
import { CallError, get } from '../web/backend';
import { goTo, readForm, respond, type Fields } from '../web/respond';
import type { PageEnvironment } from '../web/types';
import { IDENTITY_PROVIDER_OPTIONS, linesOf } from './connections';
import {
  connectionIn,
  ConnectionPage,
  consoleBackend,
  enterConnection,
  type ConnectionDesk,
} from './frame';

const DELETIONS = [
  ['retain', 'Keep the record, deactivated, so that the user can come back'],
  ['erase', 'Remove everything'],
] as const;

const ADOPTIONS = [
  ['off', 'Off'],
  ['externalId', 'By external id'],
  ['userName', 'By user name'],
  ['verifiedEmail', 'By email address of a verified domain'],
] as const;

/** The settings of a connection, and its danger zone. */
export function addSettings(app: Hono<PageEnvironment>): void {
  app.get('/console/connections/:id/settings', (context) => show(context));

  app.post('/console/connections/:id/settings', async (context) => {
    const fields = await readForm(context, 'console');
    return change(context, settingsIn(fields));
  });

  app.post('/console/connections/:id/enabled', async (context) => {
    const fields = await readForm(context, 'console');
    return change(context, { enabled: fields('enabled') === 'yes' });
  });

  app.post('/console/connections/:id/delete', async (context) => {
    const fields = await readForm(context, 'console');
    const id = context.req.param('id');
    if (fields('id') !== id) {
      return show(context, new CallError(400, 'The id was not repeated. Nothing was deleted.'));
    }
    await consoleBackend(context).one({ method: 'DELETE', path: connectionIn(context, 'admin') });
    return goTo(context, '/console');
  });
}

function settingsIn(fields: Fields): Readonly<Record<string, unknown>> {
  const recipients = linesOf(fields('recipients'));
  return {
    displayName: fields('displayName'),
    identityProvider: fields('identityProvider'),
    groups: fields('groups') === 'yes',
    userDeletion: fields('userDeletion'),
    tokenExpiresInDays: Number(fields('tokenExpiresInDays')),
    failureMail: recipients.length === 0 ? null : { recipients },
    adoption: fields('adoption'),
    verifiedDomains: linesOf(fields('verifiedDomains')),
  };
}

async function change(
  context: Context<PageEnvironment>,
  patch: Readonly<Record<string, unknown>>,
): Promise<Response> {
  try {
    const path = connectionIn(context, 'admin');
    await consoleBackend(context).one({ method: 'PATCH', path, body: patch });
  } catch (error) {
    if (!(error instanceof CallError) || ![400, 409].includes(error.status)) throw error;
    return show(context, error);
  }
  const [desk] = await enterConnection(context);
  return context.redirect(`${desk.path}/settings?saved=yes`, 303);
}

async function show(context: Context<PageEnvironment>, error?: CallError): Promise<Response> {
  const [desk, settings] = await enterConnection<[ConnectionSettings]>(
    context,
    get(connectionIn(context, 'admin')),
  );
  const state: FormState = {
    token: desk.form,
    ...(error === undefined ? {} : { problems: error.fields }),
  };
  return respond(
    context,
    <ConnectionPage desk={desk} tab="Settings">
      {context.req.query('saved') === undefined ? null : <Notice state="ok" title="Saved." />}
      {error === undefined ? null : <Notice state="bad" title={error.message} />}
      {settings.declaredBy === undefined ? null : (
        <Notice state="warning" title="A stack declares this connection.">
          Its next deployment that changes the connection sets these settings again.
        </Notice>
      )}
      <Card title="Settings">
        <SettingsForm desk={desk} settings={settings} state={state} />
      </Card>
      <DangerZone desk={desk} settings={settings} state={state} />
    </ConnectionPage>,
    error === undefined ? 200 : 400,
  );
}

interface SettingsProps {
  readonly desk: ConnectionDesk;
  readonly settings: ConnectionSettings;
  readonly state: FormState;
}

const SettingsForm = ({ desk, settings, state }: SettingsProps) => {
  const { failureMail, verifiedDomains = [] } = settings;
  return (
    <Form state={state} action={`${desk.path}/settings`} class="form">
      <TextField
        label="Customer"
        name="displayName"
        state={state}
        value={settings.displayName}
        required
      />
      <Select
        label="Identity provider"
        name="identityProvider"
        state={state}
        value={settings.identityProvider}
        options={IDENTITY_PROVIDER_OPTIONS}
      />
      <Checkbox
        label="Groups, too"
        name="groups"
        checked={settings.groups}
        hint="Otherwise users only."
      />
      <Select
        label="A user that the identity provider deletes"
        name="userDeletion"
        state={state}
        value={settings.userDeletion}
        options={DELETIONS}
      />
      <TextField
        label="Days that a token is valid"
        name="tokenExpiresInDays"
        type="number"
        state={state}
        value={String(settings.tokenExpiresInDays)}
        required
      />
      <TextField
        label="Mails about failures to"
        name="recipients"
        state={state}
        value={failureMail?.recipients.join(', ') ?? ''}
        hint="Addresses, separated by commas. Empty for the deployment's recipients."
      />
      <Select
        label="Adopt users that the application has already"
        name="adoption"
        state={state}
        value={settings.adoption}
        options={ADOPTIONS}
      />
      <TextField
        label="Verified domains"
        name="verifiedDomains"
        state={state}
        value={verifiedDomains.join(', ')}
        hint="For adoption by email address, separated by commas."
      />
      <div class="actions">
        <button class="primary">Save</button>
      </div>
    </Form>
  );
};

const DangerZone = ({ desk, settings: { enabled, id }, state }: SettingsProps) => (
  <>
    <Head level={2} title="Danger zone" />
    <div class="columns">
      <Card title={enabled ? 'Disable the connection' : 'Enable the connection'}>
        <p class="muted">
          {enabled
            ? 'The identity provider gets 403 until it is enabled again. Nothing is lost.'
            : 'The identity provider can go on. What it missed, it sends with its next sync.'}
        </p>
        <Form state={state} action={`${desk.path}/enabled`}>
          <input type="hidden" name="enabled" value={enabled ? 'no' : 'yes'} />
          <button class={enabled ? 'danger' : 'primary'}>{enabled ? 'Disable' : 'Enable'}</button>
        </Form>
      </Card>
      <Card title="Delete the connection">
        <p class="muted">
          It stops answering at once, and all of its users and groups are removed. This cannot be
          undone.
        </p>
        <Form state={state} action={`${desk.path}/delete`} class="form">
          <TextField label={`Repeat the id: ${id}`} name="id" state={state} required />
          <div>
            <button class="danger">Delete</button>
          </div>
        </Form>
      </Card>
    </div>
  </>
);
