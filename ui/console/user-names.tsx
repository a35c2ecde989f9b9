import type { Context, Hono } from 'hono';
import { html } from 'hono/html';
import type { FC } from 'hono/jsx';
import type { UserNameConversion } from '../api-data';
import { Confirm, Form, formState, Select, type FormState } from '../parts/forms';
import { Badge, Card, Head, Notice, Numbers, Table } from '../parts/parts';
import { Moment, numberText, Time } from '../parts/times';
import { CallError, get, post } from '../web/backend';
import { readForm, respond } from '../web/respond';
import type { PageEnvironment } from '../web/types';
import {
  connectionIn,
  ConnectionPage,
  consoleBackend,
  enterConnection,
  goToTab,
  type ConnectionDesk,
} from './frame';
import { REASONS, STATES, TARGETS } from './user-names-text';

type PageContext = Context<PageEnvironment>;

/** The path of the page below that of a connection, and of the calls below that of the API. */
const PAGE = '/user-names';
const CALLS = '/userNameConversion';

/** Adds the page on which user names are converted to email addresses. */
export function addUserNames(app: Hono<PageEnvironment>): void {
  app.get(`/console/connections/:id${PAGE}`, (context) => show(context));

  app.get(`/console/connections/:id${PAGE}/live`, async (context) => {
    const [, { conversions }] = await read(context);
    const current = currentOf(conversions);
    if (current === undefined || !isWorking(current)) return context.html('<p data-reload></p>');
    return context.html(html`${(<Progress of={current} />)}`);
  });

  app.post(`/console/connections/:id${PAGE}`, async (context) => {
    const fields = await readForm(context, 'console');
    const body = { to: fields('to'), dryRun: fields('do') === 'preview' };
    const path = `${connectionIn(context, 'admin')}${CALLS}`;
    return proceed(context, await consoleBackend(context).submit(post(path, body)));
  });

  for (const step of ['undo', 'close']) {
    app.post(`/console/connections/:id${PAGE}/${step}`, async (context) => {
      const fields = await readForm(context, 'console');
      const id = encodeURIComponent(fields('conversion'));
      const path = `${connectionIn(context, 'admin')}${CALLS}/${id}/${step}`;
      return proceed(context, await consoleBackend(context).submit(post(path)));
    });
  }
}

function proceed(context: PageContext, answer: unknown): Promise<Response> | Response {
  return answer instanceof CallError ? show(context, answer) : goToTab(context, PAGE);
}

interface Listed {
  readonly conversions: readonly UserNameConversion[];
}

function read(context: PageContext): Promise<readonly [ConnectionDesk, Listed]> {
  return enterConnection<[Listed]>(context, get(`${connectionIn(context, 'admin')}${CALLS}`));
}

/** Returns the conversion that is open, or else the latest one or preview. */
function currentOf(conversions: readonly UserNameConversion[]): UserNameConversion | undefined {
  return conversions.find(isOpen) ?? conversions[0];
}

/** Returns whether another conversion has to wait for this one. */
function isOpen({ state }: UserNameConversion): boolean {
  return ['converting', 'converted', 'undoing', 'closing'].includes(state);
}

/** Returns whether the numbers change. */
function isWorking({ state }: UserNameConversion): boolean {
  return state.endsWith('ing');
}

/** Adds the users that were left alone. */
async function detailsOf(
  context: PageContext,
  conversion: UserNameConversion | undefined,
): Promise<UserNameConversion | undefined> {
  if (conversion === undefined) return undefined;
  const path = `${connectionIn(context, 'admin')}${CALLS}/${encodeURIComponent(conversion.id)}`;
  return consoleBackend(context).one<UserNameConversion>(get(path));
}

async function show(context: PageContext, error?: CallError): Promise<Response> {
  const [desk, { conversions }] = await read(context);
  const current = await detailsOf(context, currentOf(conversions));
  const earlier = conversions.filter(({ id }) => id !== current?.id);
  const state = formState(desk.form, error);
  return respond(
    context,
    <ConnectionPage desk={desk} tab="Users" title="User names">
      <Head level={2} title="Convert user names to email addresses">
        For a customer whose user names change, usually because it moves from Active Directory to
        Entra ID. Users keep their ids, their groups and their history.
      </Head>
      {error === undefined ? null : <Notice state="bad" title={error.message} />}
      {current === undefined ? null : <Present desk={desk} conversion={current} />}
      {current !== undefined && isOpen(current) ? null : (
        <Start desk={desk} state={state} to={current?.to} />
      )}
      {earlier.length === 0 ? null : <Earlier conversions={earlier} />}
    </ConnectionPage>,
    error === undefined ? 200 : error.status === 409 ? 409 : 400,
  );
}

/** The conversion with its numbers, the next steps, and the users that were left alone. */
const Present: FC<{
  readonly desk: ConnectionDesk;
  readonly conversion: UserNameConversion;
}> = ({ desk, conversion }) => {
  const { conflictCount, conflicts = [] } = conversion;
  return (
    <>
      <Card title={isPreview(conversion) ? 'Preview' : 'Conversion'}>
        {isWorking(conversion) ? (
          <>
            <div class="content" aria-live="polite" data-live={`${desk.path}${PAGE}/live`}>
              <Progress of={conversion} />
            </div>
            <p class="muted small" data-without-script>
              Without JavaScript, this page does not update by itself: load it again.
            </p>
          </>
        ) : (
          <Progress of={conversion} />
        )}
        <Steps desk={desk} conversion={conversion} />
      </Card>
      {conflicts.length === 0 ? null : (
        <Card title={`Users that ${isPreview(conversion) ? 'would be' : 'are'} left alone`}>
          <Table label="Users that are left alone" columns={['User', 'Address', 'Reason']}>
            {conflicts.map(({ userId, userName, address, reason }) => (
              <tr>
                <td>
                  <a href={`${desk.path}/users/${userId}`}>{userName ?? userId}</a>
                </td>
                <td data-label="Address">{address ?? '–'}</td>
                <td data-label="Reason">{REASONS[reason]}</td>
              </tr>
            ))}
          </Table>
          {conflictCount > conflicts.length ? (
            <p class="muted small">{numberText(conflictCount - conflicts.length)} more.</p>
          ) : null}
        </Card>
      )}
    </>
  );
};

function isPreview({ state }: Pick<UserNameConversion, 'state'>): boolean {
  return state === 'checked' || state === 'checking';
}

/** Returns the state of an earlier conversion or preview. */
function labelOf(state: UserNameConversion['state']): string {
  return isPreview({ state }) ? 'Preview' : STATES[state].word;
}

/** The state of a conversion, with its numbers. */
const Progress: FC<{ readonly of: UserNameConversion }> = ({ of: conversion }) => {
  const { state, users, converted, conflictCount, startedAt } = conversion;
  const { word, look, text } = STATES[state];
  return (
    <>
      <div class="row">
        <Badge state={look}>{word}</Badge>
        <span class="muted small">
          started <Time at={startedAt} />
        </span>
      </div>
      <p class="muted">{text}</p>
      <Numbers
        of={[
          ['Users looked at', numberText(users)],
          [isPreview(conversion) ? 'Would be renamed' : 'Renamed', numberText(converted)],
          ['Left alone', numberText(conflictCount)],
        ]}
      />
    </>
  );
};

/** What an operator can do with a conversion. */
const Steps: FC<{
  readonly desk: ConnectionDesk;
  readonly conversion: UserNameConversion;
}> = ({ desk, conversion: { id, state } }) => {
  const form = { token: desk.form };
  const hidden = <input type="hidden" name="conversion" value={id} />;
  const isConverted = state === 'converted' || state === 'converting';
  return (
    <div class="row">
      {state === 'converted' ? (
        <Confirm
          state={form}
          action={`${desk.path}${PAGE}/close`}
          label="Close"
          about="the conversion"
          warning="A connector that still sends another name would create the user again."
        >
          {hidden}
        </Confirm>
      ) : null}
      {isConverted ? (
        <Confirm
          state={form}
          action={`${desk.path}${PAGE}/undo`}
          label="Undo"
          about="the conversion"
          warning="Users get their former names, and are not found by their address any more."
        >
          {hidden}
        </Confirm>
      ) : null}
    </div>
  );
};

const Start: FC<{
  readonly desk: ConnectionDesk;
  readonly state: FormState;
  readonly to: UserNameConversion['to'] | undefined;
}> = ({ desk, state, to = 'emails.work' }) => (
  <Card title="Start">
    <Form state={state} action={`${desk.path}${PAGE}`} class="form">
      <Select label="New user name" name="to" state={state} value={to} options={TARGETS} />
      <div class="actions">
        <button name="do" value="preview">
          Preview
        </button>
        <button class="primary" name="do" value="convert">
          Convert
        </button>
      </div>
    </Form>
    <p class="muted small">
      The preview changes nothing. A conversion can be undone until you close it.
    </p>
  </Card>
);

const Earlier: FC<{ readonly conversions: readonly UserNameConversion[] }> = ({ conversions }) => (
  <Card title="Earlier">
    <Table label="Earlier" columns={['Started', 'State', 'Users', 'Renamed', 'Left alone']}>
      {conversions.map(({ startedAt, state, users, converted, conflictCount }) => (
        <tr>
          <td>
            <Moment at={startedAt} />
          </td>
          <td data-label="State">{state === 'checked' ? 'Preview' : STATES[state].word}</td>
          <td data-label="Users">{numberText(users)}</td>
          <td data-label="Renamed">{labelOf(state) === 'Preview' ? '–' : numberText(converted)}</td>
          <td data-label="Left alone">{numberText(conflictCount)}</td>
        </tr>
      ))}
    </Table>
  </Card>
);
