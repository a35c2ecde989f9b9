import type { Hono } from 'hono';
import type { LinkInfo } from '../data';
import { productIn } from '../parts/branding';
import { Form } from '../parts/forms';
import { Card, Head } from '../parts/parts';
import { get, post } from '../web/backend';
import { goTo, readForm, respond } from '../web/respond';
import { openFormToken, putCookie } from '../web/session';
import type { PageEnvironment } from '../web/types';
import { PlainPage, portalBackend, portalFrame, type PortalSession } from './frame';

const PURPOSES: Readonly<Record<LinkInfo['intent'], readonly [title: string, text: string]>> = {
  setup: [
    'Set up user provisioning',
    "You connect it in five steps. Keep your identity provider's admin console open in a tab.",
  ],
  rotate: ['Replace the token', 'You create a new token and paste it into your identity provider.'],
  log: [
    'See the provisioning status',
    'You see what your identity provider sent, and what failed.',
  ],
};

/** Where the visitor begins, by what the link allows. */
const STARTS: Readonly<Record<LinkInfo['intent'], string>> = {
  setup: '/portal/choose',
  rotate: '/portal/tokens',
  log: '/portal/status',
};

/** Adds the pages that open a link and end the session. */
export function addOpening(app: Hono<PageEnvironment>): void {
  app.get('/portal', async (context) => {
    const session = await portalBackend(context).one<PortalSession>(get('/pages/session'));
    return goTo(context, STARTS[session.intent]);
  });

  // Opening takes a click, so that scanners that follow the links of mails do not use them up.
  app.get('/portal/open', async (context) => {
    const token = context.req.query('link') ?? '';
    const frame = portalFrame(context);
    const link = await portalBackend(context).find<LinkInfo>(
      post('/pages/portalLinks/check', { token }),
    );
    if (link === undefined) {
      return respond(
        context,
        <PlainPage frame={frame} title="Link">
          <Head title="This link cannot be opened">
            It was used before, has expired, or was revoked. A link opens once, in one browser.
          </Head>
          <p>Ask the sender of this link for a new one.</p>
        </PlainPage>,
        404,
      );
    }
    const [title, text] = PURPOSES[link.intent];
    return respond(
      context,
      <PlainPage frame={frame} title={title}>
        <Head title={title}>
          For <strong>{link.connectionName}</strong> in {productIn(frame.branding)}.
        </Head>
        <Card>
          <p>{text}</p>
          <p class="muted small">
            The link works once. You can come back in this browser for five hours.
          </p>
          <Form state={{ token: openFormToken(context) }} action={`${frame.root}/open`}>
            <input type="hidden" name="link" value={token} />
            <div class="actions">
              <button class="primary">Start</button>
            </div>
          </Form>
        </Card>
      </PlainPage>,
    );
  });

  app.post('/portal/open', async (context) => {
    const fields = await readForm(context, 'portal');
    const token = fields('link');
    const opened = await portalBackend(context).find<{
      readonly session: string;
      readonly expiresAt: string;
    }>(post('/pages/portalLinks/open', { token }));
    if (opened === undefined)
      return goTo(context, `/portal/open?link=${encodeURIComponent(token)}`);
    putCookie(context, 'portal', opened.session, opened.expiresAt);
    return goTo(context, '/portal');
  });

  app.post('/portal/finish', async (context) => {
    await readForm(context, 'portal');
    const backend = portalBackend(context);
    const session = await backend.one<PortalSession>(get('/pages/session'));
    await backend.one({ method: 'DELETE', path: '/pages/session' });
    putCookie(context, 'portal', '');
    const { returnUrl } = session;
    return respond(
      context,
      <PlainPage frame={portalFrame(context)} title="Finished">
        <Head title="Finished">
          Your session has ended. Your identity provider continues to sync on its own.
        </Head>
        {returnUrl === undefined ? (
          <p>You can close this page. To come back, ask for a new link.</p>
        ) : (
          <div class="actions">
            <a class="button primary" href={returnUrl}>
              Back to {new URL(returnUrl).host}
            </a>
          </div>
        )}
      </PlainPage>,
    );
  });
}
