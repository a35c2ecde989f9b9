import { Hono, type Context, type MiddlewareHandler } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { assetsOf } from './assets/assets';
import { addConsole } from './console/console';
import { consoleFrame } from './console/frame';
import { PlainPage, portalFrame } from './portal/frame';
import { addLiveCheck } from './portal/live-check';
import { addOpening } from './portal/opening';
import { addReview } from './portal/review';
import { addSetup } from './portal/setup';
import { addStatus } from './portal/status';
import { addOAuth } from './portal/oauth';
import { addTokens } from './portal/tokens';
import { Head } from './parts/parts';
import { CallError } from './web/backend';
import { pageHeaders } from './web/headers';
import { respond } from './web/respond';
import type { PageEnvironment } from './web/types';

/** Creates the pages of the portal and the console. */
export function createPages(): Hono<PageEnvironment> {
  const app = new Hono<PageEnvironment>();
  app.use(pageHeaders);
  app.get('/:audience{portal|console}/assets/:name', (context) => {
    const { style, script } = assetsOf(context.env.branding);
    const asset = [style, script].find(({ name }) => name === context.req.param('name'));
    if (asset === undefined) return context.text('Not found', 404);
    return context.body(asset.content, 200, {
      'Content-Type': `${asset.mediaType}; charset=utf-8`,
      // The name changes with the content.
      'Cache-Control': 'public, max-age=31536000, immutable',
    });
  });
  app.use('/portal/*', onlyIf('portal'));
  for (const add of [addOpening, addSetup, addTokens, addOAuth, addLiveCheck, addReview, addStatus])
    add(app);
  app.use('/console/*', onlyIf('console'));
  addConsole(app);
  app.notFound(notFound);
  app.onError(failed);
  return app;
}

/** Answers 404 to pages that are switched off. */
function onlyIf(page: string): MiddlewareHandler<PageEnvironment> {
  return async (context: Context<PageEnvironment>, next) => {
    if (!context.env.pages.has(page)) return notFound(context);
    return next();
  };
}

function notFound(context: Context<PageEnvironment>): Response | Promise<Response> {
  return message(context, 404, 'Page not found', 'Check the address, or start over.');
}

/** Answers a request that failed. A fault is logged by the function and shown without details. */
function failed(error: Error, context: Context<PageEnvironment>): Response | Promise<Response> {
  const isConsole = context.req.path.startsWith('/console');
  if (error instanceof HTTPException) return error.getResponse();
  if (!(error instanceof CallError)) {
    context.env.onFault(error);
    return busy(context);
  }
  if (error.status === 401 && isConsole)
    return context.redirect(`${context.env.base}/console/sign-in`, 303);
  switch (error.status) {
    case 401:
      return message(
        context,
        401,
        'You need a link to open this page',
        'Your session has ended, or you have not opened a link yet. Ask the person who sent you ' +
          'the link for a new one.',
      );
    case 403:
      return message(context, 403, 'Not allowed', error.message);
    // A form without an id leads to a path that has no such operation, which is 405.
    case 404:
    case 405:
      return message(context, 404, 'Not found', error.message);
    case 400:
    case 409:
      return message(context, error.status, 'The request was refused', error.message);
    default:
      return busy(context);
  }
}

function busy(context: Context<PageEnvironment>): Response | Promise<Response> {
  return message(
    context,
    503,
    'Something went wrong',
    'The service is busy or has a problem. Try again in a moment.',
  );
}

function message(
  context: Context<PageEnvironment>,
  status: 400 | 401 | 403 | 404 | 409 | 503,
  title: string,
  text: string,
): Response | Promise<Response> {
  const isConsole = context.req.path.startsWith('/console');
  const frame = isConsole ? consoleFrame(context) : portalFrame(context);
  return respond(
    context,
    <PlainPage frame={frame} title={title}>
      <Head title={title}>{text}</Head>
      <p>
        <a href={frame.root}>Start over</a>
      </p>
    </PlainPage>,
    status,
  );
}
