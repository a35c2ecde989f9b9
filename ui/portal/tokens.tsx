import type { Hono } from 'hono';
import type { FC } from 'hono/jsx';
import { consoleLabelsOf } from '../../idp/explanations/console';
import { guideOf } from '../../idp/guides/registry';
import type { NewToken, TokenInfo } from '../api-data';
import { GuideBlocks } from '../parts/guide-blocks';
import { Card, CopyField, Empty, Head, Notice } from '../parts/parts';
import { dayText, relativeText } from '../parts/times';
import { createToken, NewTokenForm, TokenTable } from '../parts/tokens';
import { capitalized } from '../../idp/explanations/text';
import { oauthWaysOf } from '../../idp/federation/identity-providers';
import { get } from '../web/backend';
import { goTo, readForm, respond, type Element } from '../web/respond';
import type { PageEnvironment } from '../web/types';
import {
  connectionPath,
  portalBackend,
  PortalPage,
  SetupPage,
  visit,
  visitSetup,
  type Visit,
} from './frame';

/** Adds the step that creates a token, and the page that replaces tokens. */
export function addTokens(app: Hono<PageEnvironment>): void {
  app.get('/portal/token', async (context) => {
    const path = `${connectionPath(context)}/tokens`;
    const [current, tokens] = await visitSetup<[readonly TokenInfo[]]>(context, get(path));
    return respond(context, creation(current, tokens));
  });

  app.post('/portal/token', async (context) => {
    const fields = await readForm(context, 'portal');
    // Read first: a read that fails after the token was created would lose it.
    const [current] = await visit(context);
    const token = await createToken(portalBackend(context), connectionPath(context), fields);
    return respond(
      context,
      <SetupPage visit={current} title="Token" step="token">
        <ShownToken visit={current} token={token} />
        <div class="actions">
          <a class="button primary" href={`${current.frame.root}/check`}>
            Go to the live check
          </a>
        </div>
      </SetupPage>,
      201,
    );
  });

  app.get('/portal/tokens', async (context) => {
    const path = `${connectionPath(context)}/tokens`;
    const [current, tokens] = await visit<[readonly TokenInfo[]]>(context, get(path));
    return respond(context, list(current, tokens));
  });

  app.post('/portal/tokens', async (context) => {
    const fields = await readForm(context, 'portal');
    // Read first: a read that fails after the token was created would lose it.
    const [current] = await visit(context);
    const token = await createToken(portalBackend(context), connectionPath(context), fields);
    return respond(
      context,
      <PortalPage visit={current} title="New token" here="tokens">
        <div class="narrow content">
          <ShownToken visit={current} token={token} />
          <div class="actions">
            <a class="button" href={`${current.frame.root}/tokens`}>
              Done
            </a>
          </div>
        </div>
      </PortalPage>,
      201,
    );
  });

  app.post('/portal/tokens/revoke', async (context) => {
    const fields = await readForm(context, 'portal');
    const id = encodeURIComponent(fields('token'));
    const path = `${connectionPath(context)}/tokens/${id}`;
    await portalBackend(context).one({ method: 'DELETE', path });
    return goTo(context, '/portal/tokens');
  });
}

function creation(current: Visit, tokens: readonly TokenInfo[]): Element {
  const { connection, frame, form } = current;
  const used = tokens.find(
    // During an overlap, the identity provider may still have the earlier token.
    ({ state, lastUsedAt }) => ['active', 'ending'].includes(state) && lastUsedAt !== null,
  );
  const { name } = consoleLabelsOf(connection.identityProvider);
  return (
    <SetupPage visit={current} title="Token" step="token">
      <Head title="Create the token">
        {`${capitalized(name)} signs in with this token. Do not share it with anybody else.`}
      </Head>
      <Card>
        {used === undefined ? (
          <p>
            The token is shown once, so have the field in {name} open before you create it. Any
            earlier token stops working.
          </p>
        ) : (
          <Notice state="warning" title="A token is in use.">
            Keep it valid for a while, so that no sync fails before the new one is pasted.
          </Notice>
        )}
        <NewTokenForm
          connection={connection}
          form={form}
          action={`${frame.root}/token`}
          hasOverlap={used !== undefined}
        >
          <a class="button" href={`${frame.root}/connect`}>
            Back
          </a>
          <button class="primary">Create the token</button>
        </NewTokenForm>
      </Card>
      {oauthWaysOf(connection.identityProvider).clientCredentials ? (
        <p class="muted small">
          {`Does ${name} ask for a client id and a token endpoint instead? Then go to `}
          <a href={`${frame.root}/oauth`}>OAuth</a>.
        </p>
      ) : null}
    </SetupPage>
  );
}

/** A token just after it was created: the only page that ever shows it. */
const ShownToken: FC<{ readonly visit: Visit; readonly token: NewToken }> = ({
  visit: { connection },
  token: { value, expiresAt, earlierTokens },
}) => {
  const { name, tokenField, test } = consoleLabelsOf(connection.identityProvider);
  const guide = guideOf(connection.identityProvider);
  const [earlier] = earlierTokens.filter(({ endsAt }) => Date.parse(endsAt) > Date.now());
  return (
    <>
      <Head title="Your new token">
        Copy it now: it is shown only once, and nobody can look it up later.
      </Head>
      <Card>
        <CopyField label="Token" value={value} id="token" />
        <p>
          In {name}, paste it at <strong>{tokenField}</strong>, and run {test}.
        </p>
        <p class="muted small">
          {`It is valid until ${dayText(expiresAt)}. `}
          {earlier === undefined
            ? 'Earlier tokens have ended.'
            : `The earlier token ends ${relativeText(earlier.endsAt)}.`}
        </p>
        {earlier === undefined ? null : (
          <details>
            <summary>How to replace the token in {name}</summary>
            <GuideBlocks
              blocks={guide.rotation}
              guide={guide}
              connection={connection}
              id="rotation"
            />
          </details>
        )}
      </Card>
    </>
  );
};

function list(current: Visit, tokens: readonly TokenInfo[]): Element {
  const { connection, frame, form } = current;
  const { oldTokenEndsAt } = connection;
  const { name, tokenField } = consoleLabelsOf(connection.identityProvider);
  return (
    <PortalPage visit={current} title="Tokens" here="tokens">
      <Head title="Tokens">
        {`A new token replaces the current one. Keep both valid until ${name} has the new one.`}
      </Head>
      {oldTokenEndsAt === undefined ? null : (
        <Notice
          state="warning"
          title={`The old token is still in use, and ends ${relativeText(oldTokenEndsAt)}.`}
        >
          {`Paste the new one at ${tokenField}. If you no longer have it, create another.`}
        </Notice>
      )}
      <Card title="Replace the token">
        <NewTokenForm
          connection={connection}
          form={form}
          action={`${frame.root}/tokens`}
          hasOverlap
        >
          <button class="primary">Create a new token</button>
        </NewTokenForm>
      </Card>
      <Card title="All tokens">
        {tokens.length === 0 ? (
          <Empty title="There is no token">Create one, and paste it into {name}.</Empty>
        ) : (
          <TokenTable tokens={tokens} form={form} action={`${frame.root}/tokens/revoke`} />
        )}
      </Card>
    </PortalPage>
  );
}
