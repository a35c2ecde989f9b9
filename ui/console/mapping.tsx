import type { Context, Hono } from 'hono';
import type { FC } from 'hono/jsx';
import type { DryRun } from '../api-data';
import { Form, TextArea, type FormState } from '../parts/forms';
import { Card, Empty, Notice, Table } from '../parts/parts';
import { numberText } from '../parts/times';
import type { PageCall } from '../protocol';
import { CallError, get } from '../web/backend';
import { readForm, respond, type Fields } from '../web/respond';
import type { PageEnvironment } from '../web/types';
import { connectionIn, ConnectionPage, consoleBackend, enterConnection, goToTab } from './frame';

interface Rows {
  readonly rows: readonly unknown[];
}

/** A form that was not saved: the text that was sent, and its problem or preview. */
interface Outcome {
  readonly part: 'mapping' | 'roles';
  readonly text: string;
  readonly problem?: string;
  readonly preview?: DryRun;
}

const EXAMPLES = {
  mapping: '[{ "target": "costCenter", "source": "urn:…:User:costCenter", "transform": "trim" }]',
  roles: '[{ "match": "displayName", "equals": "Admins", "role": "admin" }]',
} as const;

/** Adds the page of mapping rows and role rules. */
export function addMapping(app: Hono<PageEnvironment>): void {
  app.get('/console/connections/:id/mapping', (context) => show(context));

  app.post('/console/connections/:id/mapping', async (context) => {
    const fields = await readForm(context, 'console');
    const outcome = await save(context, fields);
    if (outcome !== undefined) return show(context, outcome);
    return goToTab(context, '/mapping?saved=yes');
  });
}

/** Saves the rows of a form, or previews them. @returns undefined if they are saved */
async function save(
  context: Context<PageEnvironment>,
  fields: Fields,
): Promise<Outcome | undefined> {
  const part = fields('part') === 'roles' ? 'roles' : 'mapping';
  const text = fields('rows');
  const isPreview = fields('do') === 'preview';
  try {
    const call: PageCall = {
      method: 'PUT',
      path: `${connectionIn(context, 'admin')}/${part}`,
      query: isPreview ? { dryRun: 'true' } : {},
      body: JSON.parse(text) as unknown,
    };
    const answer = await consoleBackend(context).one<DryRun>(call);
    return isPreview ? { part, text, preview: answer } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return { part, text, problem: 'is not valid JSON' };
    if (!(error instanceof CallError) || error.status !== 400) throw error;
    return { part, text, problem: `is not valid: ${error.message}` };
  }
}

async function show(context: Context<PageEnvironment>, outcome?: Outcome): Promise<Response> {
  const path = connectionIn(context, 'admin');
  const [desk, mapping, roles] = await enterConnection<[Rows, Rows]>(
    context,
    get(`${path}/mapping`),
    get(`${path}/roles`),
  );
  const action = `${desk.path}/mapping`;
  return respond(
    context,
    <ConnectionPage desk={desk} tab="Mapping">
      {context.req.query('saved') === undefined ? null : (
        <Notice state="ok" title="Saved.">
          Events from now on have the new values. To send all users again, start a resync with the
          application API.
        </Notice>
      )}
      <RowsCard
        part="mapping"
        title="Mapping"
        about="Fields of the application's profile, beside the default mapping or in its place."
        rows={mapping.rows}
        outcome={outcome}
        form={desk.form}
        action={action}
      />
      <RowsCard
        part="roles"
        title="Roles"
        about="Roles that the members of groups get."
        rows={roles.rows}
        outcome={outcome}
        form={desk.form}
        action={action}
      />
    </ConnectionPage>,
    outcome?.problem === undefined ? 200 : 400,
  );
}

const RowsCard: FC<{
  readonly part: Outcome['part'];
  readonly title: string;
  readonly about: string;
  readonly rows: readonly unknown[];
  readonly outcome: Outcome | undefined;
  readonly form: string;
  readonly action: string;
}> = ({ part, title, about, rows, outcome, form, action }) => {
  const own = outcome?.part === part ? outcome : undefined;
  const name = `rows-${part}`;
  const state: FormState = {
    token: form,
    ...(own?.problem === undefined ? {} : { problems: new Map([[name, own.problem]]) }),
  };
  return (
    <Card title={title}>
      <p class="muted">{about}</p>
      {own?.preview === undefined ? null : <Preview of={own.preview} />}
      <Form state={state} action={action} class="form">
        <input type="hidden" name="part" value={part} />
        <TextArea
          label="Rows as JSON"
          name={name}
          sentAs="rows"
          state={state}
          value={own?.text ?? JSON.stringify(rows, undefined, 2)}
          hint={`For example: ${EXAMPLES[part]}`}
        />
        <div class="actions">
          <button name="do" value="preview">
            Preview
          </button>
          <button class="primary" name="do" value="save">
            Save
          </button>
        </div>
      </Form>
    </Card>
  );
};

const Preview: FC<{ readonly of: DryRun }> = ({ of: { users, affected, isComplete, changes } }) => (
  <>
    <Notice
      state={affected === 0 ? 'idle' : 'warning'}
      title={`${numberText(affected)} of ${numberText(users)} users would change.`}
    >
      {isComplete
        ? 'Nothing is saved yet.'
        : 'Nothing is saved yet. Not all users were compared in time, so more may change.'}
    </Notice>
    {changes.length === 0 ? (
      <Empty title="No user would change">You can save without affecting users.</Empty>
    ) : (
      <Table label="Changes" columns={['User', 'Gains', 'Loses', 'Fields']}>
        {changes.map(({ userId, userName, gained = [], lost = [], before = {}, after = {} }) => (
          <tr>
            <td>{userName ?? userId}</td>
            <td data-label="Gains">{gained.join(', ') || '–'}</td>
            <td data-label="Loses">{lost.join(', ') || '–'}</td>
            <td data-label="Fields">
              {[...new Set([...Object.keys(before), ...Object.keys(after)])].join(', ') || '–'}
            </td>
          </tr>
        ))}
      </Table>
    )}
  </>
);
