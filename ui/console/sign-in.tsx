import type { Hono } from 'hono';
import { productIn } from '../parts/branding';
import { Form } from '../parts/forms';
import { Card, Head } from '../parts/parts';
import { PlainPage } from '../portal/frame';
import { CallError, post } from '../web/backend';
import { goTo, readForm, respond } from '../web/respond';
import { cookieOf, openFormToken, putCookie } from '../web/session';
import type { PageEnvironment } from '../web/types';
import { consoleBackend, consoleFrame } from './frame';

const COMMAND = 'npx cdk-scim console --stack <stack>';

/** Adds the pages to sign in and out. */
export function addSignIn(app: Hono<PageEnvironment>): void {
  app.get('/console/sign-in', (context) => {
    const frame = consoleFrame(context);
    return respond(
      context,
      <PlainPage frame={frame} title="Sign in">
        <Head title="Console">For the operators of {productIn(frame.branding)}.</Head>
        <Card>
          {context.env.pages.has('openId') ? (
            <div class="actions">
              <a class="button primary" href={`${frame.root}/start`}>
                Sign in
              </a>
            </div>
          ) : (
            <>
              <p>
                The console opens with a one-time link. Anyone who may call the admin API makes one:
              </p>
              <pre tabindex={0} role="region" aria-label="Command">
                {COMMAND}
              </pre>
            </>
          )}
        </Card>
      </PlainPage>,
    );
  });

  app.get('/console/open', async (context) => {
    const token = context.req.query('link') ?? '';
    const frame = consoleFrame(context);
    const link = await consoleBackend(context).find<object>(
      post('/pages/consoleLinks/check', { token }),
    );
    if (link === undefined) {
      return respond(
        context,
        <PlainPage frame={frame} title="Link">
          <Head title="This link cannot be opened">
            It was used before, or has expired. A link opens once, within ten minutes.
          </Head>
          <p>
            <a href={`${frame.root}/sign-in`}>How to get a new one</a>
          </p>
        </PlainPage>,
        404,
      );
    }
    return respond(
      context,
      <PlainPage frame={frame} title="Console">
        <Head title="Open the console">For the operators of {productIn(frame.branding)}.</Head>
        <Card>
          <p class="muted">
            The session ends after eight hours, or after one hour without a request. Your actions
            are recorded under the name of the person who created the link.
          </p>
          <Form state={{ token: openFormToken(context) }} action={`${frame.root}/open`}>
            <input type="hidden" name="link" value={token} />
            <div class="actions">
              <button class="primary">Open the console</button>
            </div>
          </Form>
        </Card>
      </PlainPage>,
    );
  });

  app.post('/console/open', async (context) => {
    const fields = await readForm(context, 'console');
    const token = fields('link');
    const opened = await consoleBackend(context).find<{ readonly session: string }>(
      post('/pages/consoleLinks/open', { token }),
    );
    if (opened === undefined) {
      return goTo(context, `/console/open?link=${encodeURIComponent(token)}`);
    }
    putCookie(context, 'console', opened.session);
    return goTo(context, '/console');
  });

  app.get('/console/start', async (context) => {
    const { url, state } = await consoleBackend(context).one<{
      readonly url: string;
      readonly state: string;
    }>(post('/pages/signIns'));
    putCookie(context, 'signIn', state);
    return context.redirect(url, 303);
  });

  app.get('/console/callback', async (context) => {
    const state = cookieOf(context, 'signIn') ?? '';
    // Another browser than the one that began would sign its user in to another person's account.
    if (state === '' || state !== context.req.query('state')) {
      throw new CallError(403, 'The sign-in took too long, or was started elsewhere. Try again.');
    }
    const query = new URL(context.req.url).search.slice(1);
    const { session } = await consoleBackend(context).one<{ readonly session: string }>(
      post('/pages/signIns/complete', { query, state }),
    );
    putCookie(context, 'console', session);
    return goTo(context, '/console');
  });

  app.post('/console/sign-out', async (context) => {
    await readForm(context, 'console');
    await consoleBackend(context).one({ method: 'DELETE', path: '/pages/session' });
    putCookie(context, 'console', '');
    return goTo(context, '/console/sign-in');
  });
}
