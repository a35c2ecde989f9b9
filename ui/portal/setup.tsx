import type { Hono } from 'hono';
import { blocksFor } from '../../idp/guides/guide';
import { GUIDES, guideOf } from '../../idp/guides/registry';
import { GuideBlocks } from '../parts/guide-blocks';
import { Form } from '../parts/forms';
import { productIn } from '../parts/branding';
import { Card, Head, Notice } from '../parts/parts';
import { CallError } from '../web/backend';
import { goTo, readForm, respond, type Element } from '../web/respond';
import type { PageEnvironment } from '../web/types';
import { connectionPath, portalBackend, SetupPage, visitSetup, type Visit } from './frame';

/** Adds the first two steps: choosing the identity provider, and its guide. */
export function addSetup(app: Hono<PageEnvironment>): void {
  app.get('/portal/choose', async (context) => {
    const [current] = await visitSetup(context);
    return respond(context, choice(current));
  });

  app.post('/portal/choose', async (context) => {
    const fields = await readForm(context, 'portal');
    const body = { identityProvider: fields('identityProvider') };
    const path = `${connectionPath(context)}/identityProvider`;
    const answer = await portalBackend(context).submit({ method: 'PUT', path, body });
    if (!(answer instanceof CallError)) return goTo(context, '/portal/connect');
    const [current] = await visitSetup(context);
    return respond(context, choice(current, answer.message), answer.status === 409 ? 409 : 400);
  });

  app.get('/portal/connect', async (context) => {
    const [current] = await visitSetup(context);
    return respond(context, guide(current));
  });
}

function choice(current: Visit, problem?: string): Element {
  const { connection, frame, form } = current;
  const isFixed = connection.isDeclared;
  // The default is no choice yet.
  const isChosen =
    connection.identityProvider !== 'generic' || connection.lastRequestAt !== undefined;
  const offered = Object.entries(GUIDES).filter(
    ([name]) => !isFixed || name === connection.identityProvider,
  );
  return (
    <SetupPage visit={current} title="Identity provider" step="choose">
      <Head title="Which identity provider do you use?">
        {`It will create and update the users of ${connection.displayName} in ` +
          `${productIn(frame.branding)}.`}
      </Head>
      {problem === undefined ? null : <Notice state="bad" title={problem} />}
      {isFixed ? (
        <Notice state="idle" title="The identity provider is already set.">
          The operator of this connection has chosen it. To change it, contact the operator.
        </Notice>
      ) : null}
      <Form state={{ token: form }} action={`${frame.root}/choose`} class="form">
        <fieldset class="choices">
          <legend class="visually-hidden">Identity provider</legend>
          {offered.map(([name, { title, mark, about }]) => (
            <label class="choice">
              <span class="mark" aria-hidden="true">
                {mark}
              </span>
              <span class="name">
                {title}
                <span>{about}</span>
              </span>
              <input
                type="radio"
                name="identityProvider"
                value={name}
                checked={name === connection.identityProvider && isChosen}
                required
              />
            </label>
          ))}
        </fieldset>
        <div class="actions">
          <button class="primary">Continue</button>
        </div>
      </Form>
    </SetupPage>
  );
}

function guide(current: Visit): Element {
  const { connection, frame } = current;
  const own = guideOf(connection.identityProvider);
  const sections = own.sections.filter(
    ({ on, blocks }) => on === 'connect' && blocksFor(blocks, connection).length > 0,
  );
  return (
    <SetupPage visit={current} title="Connect" step="connect">
      <Head title={`Connect ${own.title === 'Any other SCIM client' ? 'your client' : own.title}`}>
        {`Takes ${own.duration}. You need ${roleText(own.role)}.`}
      </Head>
      {sections.map((section, index) => (
        <Card title={`${index + 1}. ${section.title}`} prose>
          <GuideBlocks
            blocks={section.blocks}
            guide={own}
            connection={connection}
            id={`step-${index}`}
          />
        </Card>
      ))}
      <div class="actions">
        <a class="button" href={`${frame.root}/choose`}>
          Back
        </a>
        <a class="button primary" href={`${frame.root}/token`}>
          Continue
        </a>
      </div>
    </SetupPage>
  );
}

function roleText(role: string): string {
  return role.startsWith('an ') ? role : `the role ${role}`;
}
