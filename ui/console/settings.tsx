import type { Context, Hono } from 'hono';
import type { ConnectionSettings } from '../api-data';
import {
  Checkbox,
  Confirm,
  Form,
  formState,
  Select,
  TextField,
  type FormState,
} from '../parts/forms';
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
  goToTab,
  type ConnectionDesk,
} from './frame';

const DELETIONS = [
  ['retain', 'Keep the record, deactivated, so that the user can be restored'],
  ['erase', 'Erase all data of the user'],
] as const;

const ADOPTIONS = [
  ['off', 'Off'],
  ['externalId', 'By external id'],
  ['userName', 'By user name'],
  ['verifiedEmail', 'By email address of a verified domain'],
] as const;

/** Adds the settings of a connection, with disabling and deletion. */
export function addSettings(app: Hono<PageEnvironment>): void {
  app.get('/console/connections/:id/settings', (context) => show(context));

  app.post('/console/connections/:id/settings', async (context) => {
    const fields = await readForm(context, 'console');
    return change(context, settingsIn(fields), fields);
  });

  app.post('/console/connections/:id/enabled', async (context) => {
    const fields = await readForm(context, 'console');
    return change(context, { enabled: fields('enabled') === 'yes' });
  });

  app.post('/console/connections/:id/delete', async (context) => {
    const fields = await readForm(context, 'console');
    const id = context.req.param('id');
    if (fields('id') !== id) {
      return show(context, new CallError(400, 'The id was not typed. Nothing was deleted.'));
    }
    await consoleBackend(context).one({ method: 'DELETE', path: connectionIn(context, 'admin') });
    return goTo(context, '/console');
  });
}

function settingsIn(fields: Fields): Readonly<Record<string, unknown>> {
  return {
    displayName: fields('displayName'),
    actsAs: fields('actsAs').trim() || null,
    identityProvider: fields('identityProvider'),
    groups: fields('groups') === 'yes',
    userDeletion: fields('userDeletion'),
    tokenExpiresInDays: wholeNumberIn(fields('tokenExpiresInDays')),
    failureMail: failureMailIn(fields),
    adoption: fields('adoption'),
    verifiedDomains: linesOf(fields('verifiedDomains')),
  };
}

/** Reads a number. Other text is returned as it is, so that the admin API refuses it. */
function wholeNumberIn(text: string): number | string {
  return /^\d+$/.test(text) ? Number(text) : text;
}

/** Returns an empty list to turn mails off, or null for the deployment's recipients. */
function failureMailIn(fields: Fields): { readonly recipients: readonly string[] } | null {
  if (fields('mails') !== 'yes') return { recipients: [] };
  const recipients = linesOf(fields('failureMail'));
  return recipients.length === 0 ? null : { recipients };
}

async function change(
  context: Context<PageEnvironment>,
  patch: Readonly<Record<string, unknown>>,
  fields?: Fields,
): Promise<Response> {
  const path = connectionIn(context, 'admin');
  const answer = await consoleBackend(context).submit({ method: 'PATCH', path, body: patch });
  if (answer instanceof CallError) return show(context, answer, fields);
  return goToTab(context, '/settings?saved=yes');
}

/** Shows the page. @param sent what was typed into the settings, if it was refused */
async function show(
  context: Context<PageEnvironment>,
  error?: CallError,
  sent?: Fields,
): Promise<Response> {
  const [desk, settings] = await enterConnection<[ConnectionSettings]>(
    context,
    get(connectionIn(context, 'admin')),
  );
  const state = formState(desk.form, error);
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
        <SettingsForm
          desk={desk}
          state={state}
          settings={settings}
          value={sent ?? valuesOf(settings)}
        />
      </Card>
      <DangerZone desk={desk} settings={settings} state={state} />
    </ConnectionPage>,
    error === undefined ? 200 : 400,
  );
}

/** Returns the current settings as form fields. */
function valuesOf(settings: ConnectionSettings): Fields {
  const { failureMail, verifiedDomains = [] } = settings;
  const values: Readonly<Record<string, string>> = {
    displayName: settings.displayName,
    actsAs: settings.actsAs ?? '',
    identityProvider: settings.identityProvider,
    groups: settings.groups ? 'yes' : '',
    userDeletion: settings.userDeletion,
    tokenExpiresInDays: String(settings.tokenExpiresInDays),
    mails: failureMail?.recipients.length === 0 ? '' : 'yes',
    failureMail: failureMail?.recipients.join(', ') ?? '',
    adoption: settings.adoption,
    verifiedDomains: verifiedDomains.join(', '),
  };
  return (name) => values[name] ?? '';
}

interface SettingsProps {
  readonly desk: ConnectionDesk;
  readonly settings: ConnectionSettings;
  readonly state: FormState;
}

const SettingsForm = ({ desk, state, value }: SettingsProps & { readonly value: Fields }) => (
  <Form state={state} action={`${desk.path}/settings`} class="form">
    <TextField
      label="Customer"
      name="displayName"
      state={state}
      value={value('displayName')}
      required
    />
    <TextField
      label="Acts as"
      name="actsAs"
      state={state}
      value={value('actsAs')}
      hint="Optional: the account of your application that changes are attributed to."
    />
    <Select
      label="Identity provider"
      name="identityProvider"
      state={state}
      value={value('identityProvider')}
      options={IDENTITY_PROVIDER_OPTIONS}
    />
    <Checkbox label="Accept groups" name="groups" checked={value('groups') === 'yes'} />
    <Select
      label="When a user is deleted"
      name="userDeletion"
      state={state}
      value={value('userDeletion')}
      options={DELETIONS}
    />
    <TextField
      label="Token lifetime in days"
      name="tokenExpiresInDays"
      type="number"
      state={state}
      value={value('tokenExpiresInDays')}
      required
    />
    <Checkbox label="Send mails about failures" name="mails" checked={value('mails') === 'yes'} />
    <TextField
      label="Recipients of these mails"
      name="failureMail"
      state={state}
      value={value('failureMail')}
      hint="Addresses, separated by commas. Leave empty for the deployment's recipients."
    />
    <Select
      label="Adopt existing users"
      name="adoption"
      state={state}
      value={value('adoption')}
      options={ADOPTIONS}
    />
    <TextField
      label="Verified domains"
      name="verifiedDomains"
      state={state}
      value={value('verifiedDomains')}
      hint="For adoption by email address, separated by commas."
    />
    <div class="actions">
      <button class="primary">Save</button>
    </div>
  </Form>
);

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
        {enabled ? (
          <Confirm
            state={state}
            action={`${desk.path}/enabled`}
            label="Disable"
            warning="Syncing stops until you enable the connection again."
          >
            <input type="hidden" name="enabled" value="no" />
          </Confirm>
        ) : (
          <Form state={state} action={`${desk.path}/enabled`}>
            <input type="hidden" name="enabled" value="yes" />
            <button>Enable</button>
          </Form>
        )}
      </Card>
      <Card title="Delete the connection">
        <p class="muted">
          It stops answering at once, and all of its users and groups are removed. This cannot be
          undone.
        </p>
        <Form state={state} action={`${desk.path}/delete`} class="form">
          <TextField label={`Type ${id} to confirm`} name="id" state={state} required />
          <div>
            <button class="danger">Delete</button>
          </div>
        </Form>
      </Card>
    </div>
  </>
);
