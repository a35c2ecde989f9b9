import type { Context, Hono } from 'hono';
import { html } from 'hono/html';
import type { FC } from 'hono/jsx';
import { consoleLabelsOf } from '../../idp/explanations/console';
import { guideOf } from '../../idp/guides/registry';
import { describeSetup, type SetupCheck, type SetupStep } from '../../idp/setup-check/describe';
import { WRONG_URL } from '../../lambdas/contract';
import type { ConnectionInfo, Health, SetupRequest } from '../data';
import { GuideBlocks } from '../parts/guide-blocks';
import { productIn } from '../parts/branding';
import { Badge, Card, CopyField, Head, Notice } from '../parts/parts';
import { Clock } from '../parts/times';
import { capitalized } from '../../idp/explanations/text';
import { get } from '../web/backend';
import { goTo, respond } from '../web/respond';
import type { PageEnvironment } from '../web/types';
import { connectionPath, SetupPage, visitSetup, type Visit } from './frame';

/** Time without a request after which the URL is probably wrong. */
const SILENCE_MS = 120_000;

/** Adds the step that shows requests as they arrive. */
export function addLiveCheck(app: Hono<PageEnvironment>): void {
  app.get('/portal/check', async (context) => {
    const since = sinceOf(context);
    if (since === undefined) {
      return goTo(context, `/portal/check?since=${new Date().toISOString()}`);
    }
    const [current, state] = await read(context, since);
    const { connection, frame } = current;
    const { name, test } = consoleLabelsOf(connection.identityProvider);
    const guide = guideOf(connection.identityProvider);
    const sections = guide.sections.filter(({ on }) => on === 'start');
    return respond(
      context,
      <SetupPage visit={current} title="Live check" step="check">
        <Head title="Live check">
          In {name}, run <strong>{test}</strong>. This page shows what arrives, within seconds.
        </Head>
        <div
          class="content"
          aria-live="polite"
          data-live={`${frame.root}/check/live?since=${since}`}
        >
          <Live state={state} visit={current} />
        </div>
        {sections.map((section, index) => (
          <Card title={`Then: ${section.title.toLowerCase()}`} prose>
            <GuideBlocks
              blocks={section.blocks}
              guide={guide}
              connection={connection}
              id={`start-${index}`}
            />
          </Card>
        ))}
        <div class="actions">
          <a class="button" href={`${frame.root}/token`}>
            Back
          </a>
          <a class="button primary" href={`${frame.root}/review`}>
            Review data
          </a>
        </div>
        <p class="muted small" data-without-script>
          Without JavaScript, this page does not update by itself: load it again.
        </p>
      </SetupPage>,
    );
  });

  app.get('/portal/check/live', async (context) => {
    const [current, state] = await read(context, sinceOf(context) ?? new Date().toISOString());
    return context.html(html`${(<Live state={state} visit={current} />)}`);
  });
}

/** State of the live check: the requests in words, and whether none has arrived for too long. */
interface LiveState {
  readonly check: SetupCheck;
  /** Whether no request has arrived for so long that the URL is probably wrong. */
  readonly isSilent: boolean;
}

/** Reads when the visitor came to the page; undefined if the URL does not have it. */
function sinceOf(context: Context<PageEnvironment>): string | undefined {
  const time = Date.parse(context.req.query('since') ?? '');
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}

async function read(
  context: Context<PageEnvironment>,
  since: string,
): Promise<readonly [Visit, LiveState]> {
  const path = `${connectionPath(context)}/setupRequests`;
  const [current, { requests }] = await visitSetup<
    [{ readonly requests: readonly SetupRequest[] }]
  >(context, get(path));
  const latest = requests[0]?.at ?? '';
  const isSilent = latest < since && Date.now() - Date.parse(since) > SILENCE_MS;
  const check = describeSetup(requests, current.connection.identityProvider);
  return [current, { check, isSilent }];
}

const Live: FC<{ readonly state: LiveState; readonly visit: Visit }> = ({
  state: { check, isSilent },
  visit: { connection, frame },
}) => (
  <>
    <Summary check={check} connection={connection} productName={productIn(frame.branding)} />
    {isSilent ? <WrongUrl connection={connection} /> : null}
    {check.steps.length === 0 ? null : (
      <Card>
        <ul class="entries">
          {check.steps.map((step) => (
            <Entry step={step} />
          ))}
        </ul>
      </Card>
    )}
    <Waiting check={check} />
  </>
);

const Summary: FC<{
  readonly check: SetupCheck;
  readonly connection: ConnectionInfo;
  readonly productName: string;
}> = ({ check: { problem, user, test }, connection, productName }) => {
  const { name } = consoleLabelsOf(connection.identityProvider);
  if (problem !== undefined) {
    return (
      <Notice state="bad" title={`${problem.title}.`}>
        {problem.text}
      </Notice>
    );
  }
  if (user !== undefined) {
    return (
      <Notice state="ok" title="A user was received: everything works.">
        {`${user.text} Review the data, then start the sync of all users in ${name}.`}
      </Notice>
    );
  }
  if (test === undefined) return null;
  return (
    <Notice state="ok" title="The connection test succeeded.">
      {`${capitalized(name)} can reach ${productName}. Now assign a user there and provision it.`}
    </Notice>
  );
};

const RESULTS: Readonly<Record<SetupStep['result'], Health['state']>> = {
  OK: 'ok',
  Declined: 'warning',
  Refused: 'bad',
  Failed: 'bad',
};

const Entry: FC<{ readonly step: SetupStep }> = ({ step: { at, title, text, result } }) => (
  <li>
    <Clock at={at} />
    <div class="what">
      <strong>{title}</strong>
      <p>{text}</p>
    </div>
    <Badge state={RESULTS[result]}>{result}</Badge>
  </li>
);

const WrongUrl: FC<{ readonly connection: ConnectionInfo }> = ({ connection }) => (
  <Card title="Nothing arrives">
    <p>
      Did you run the connection test? Then the URL is probably wrong: requests to a wrong URL never
      reach this connection, so they do not appear here. The URL must be exactly:
    </p>
    <CopyField label="Base URL" value={connection.scimBaseUrl} id="base-url" />
    <p>Check the error message in your identity provider. A wrong URL causes this message:</p>
    <pre>{WRONG_URL}</pre>
  </Card>
);

const Waiting: FC<{ readonly check: SetupCheck }> = ({ check: { test, user, steps } }) =>
  user !== undefined ? null : (
    <Card>
      <div class="row">
        <Badge state="idle">Waiting</Badge>
        <span class="lead">
          {test !== undefined
            ? 'Waiting for the first user…'
            : steps.length === 0
              ? 'Waiting for the first request…'
              : 'Waiting for a connection test that succeeds…'}
        </span>
      </div>
    </Card>
  );
