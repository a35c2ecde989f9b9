import type { Context } from 'hono';
import type { FC, PropsWithChildren } from 'hono/jsx';
import { consoleLabelsOf } from '../../idp/explanations/console';
import { assetsOf } from '../assets/assets';
import type { ConnectionInfo, SessionInfo } from '../data';
import { Document, type Frame } from '../parts/document';
import { Form } from '../parts/forms';
import { Badge } from '../parts/parts';
import type { PageCall } from '../protocol';
import { capitalized } from '../../idp/explanations/text';
import { get, type Backend } from '../web/backend';
import { goTo } from '../web/respond';
import { cookieOf, formToken } from '../web/session';
import type { PageEnvironment } from '../web/types';

type PageContext = Context<PageEnvironment>;

/** The session of an operator. */
export type ConsoleSession = SessionInfo & { readonly audience: 'console' };

/** An operator at a page of the console. */
export interface Desk {
  readonly session: ConsoleSession;
  /** The token of this operator's forms. */
  readonly form: string;
  readonly frame: Frame;
}

/** An operator at a page of one connection. */
export interface ConnectionDesk extends Desk {
  readonly connection: ConnectionInfo;
  /** URL path of the connection's pages. */
  readonly path: string;
}

/** Returns the frame that all pages of the console share. */
export function consoleFrame({ env: { base, branding } }: PageContext): Frame {
  return { branding, assets: assetsOf(branding), root: `${base}/console` };
}

/** Returns the backend for the operator's session. */
export function consoleBackend(context: PageContext): Backend {
  return context.env.backend.withSession('console', cookieOf(context, 'console'));
}

/** Reads the session, together with what the page needs. @throws CallError 401 without a session */
export async function enter<Bodies extends readonly unknown[]>(
  context: PageContext,
  ...calls: { readonly [Index in keyof Bodies]: PageCall }
): Promise<readonly [Desk, ...Bodies]> {
  const [session, ...bodies] = await consoleBackend(context).all<[ConsoleSession, ...Bodies]>(
    get('/pages/session'),
    ...calls,
  );
  const form = formToken(context, 'console');
  return [{ session, form, frame: consoleFrame(context) }, ...bodies];
}

/** Returns the path of the connection in a page's URL, in an API. */
export function connectionIn(
  context: PageContext,
  api: 'pages' | 'admin' | 'app/v1' = 'pages',
): string {
  return `/${api}/connections/${encodeURIComponent(context.req.param('id') ?? '')}`;
}

/** Answers with a redirection to a page of the connection in a page's URL. @param tab `/tokens` */
export function goToTab(context: PageContext, tab: string): Response {
  const id = encodeURIComponent(context.req.param('id') ?? '');
  return goTo(context, `/console/connections/${id}${tab}`);
}

/** Reads the session and the connection in the page's URL, together with what the page needs. */
export async function enterConnection<Bodies extends readonly unknown[]>(
  context: PageContext,
  ...calls: { readonly [Index in keyof Bodies]: PageCall }
): Promise<readonly [ConnectionDesk, ...Bodies]> {
  const [desk, connection, ...bodies] = await enter<[ConnectionInfo, ...Bodies]>(
    context,
    get(connectionIn(context)),
    ...calls,
  );
  const path = `${desk.frame.root}/connections/${connection.id}`;
  return [{ ...desk, connection, path }, ...bodies];
}

/** The parts of the console. */
const PARTS = [
  { path: '', title: 'Connections' },
  { path: '/webhooks', title: 'Webhooks' },
  { path: '/events', title: 'Events' },
  { path: '/audit', title: 'Audit' },
] as const;
type Part = (typeof PARTS)[number]['title'];

/** A page of the console. */
export const ConsolePage: FC<
  PropsWithChildren<{ readonly desk: Desk; readonly title: string; readonly here: Part }>
> = ({ desk: { session, form, frame }, title, here, children }) => (
  <Document
    frame={frame}
    title={title}
    navigation={
      <nav class="main" aria-label="Console">
        {PARTS.map(({ path, title: name }) => (
          <a href={`${frame.root}${path}`} {...(name === here ? { 'aria-current': 'page' } : {})}>
            {name}
          </a>
        ))}
      </nav>
    }
    visitor={
      <>
        <span title={session.actor}>{`Console · ${shortActor(session.actor)}`}</span>
        <Form state={{ token: form }} action={`${frame.root}/sign-out`}>
          <button class="plain quiet">Sign out</button>
        </Form>
      </>
    }
  >
    {children}
  </Document>
);

/** Returns the last part of an ARN, which names the person. */
export function shortActor(actor: string): string {
  return actor.startsWith('arn:') ? (actor.split('/').at(-1) ?? actor) : actor;
}

/** The pages of a connection. */
const TABS = [
  { path: '', title: 'Overview' },
  { path: '/users', title: 'Users' },
  { path: '/groups', title: 'Groups' },
  { path: '/resources', title: 'Resources' },
  { path: '/log', title: 'Log' },
  { path: '/tokens', title: 'Tokens' },
  { path: '/oauth', title: 'OAuth' },
  { path: '/mapping', title: 'Mapping' },
  { path: '/links', title: 'Setup links' },
  { path: '/events', title: 'Events' },
  { path: '/conflicts', title: 'Conflicts' },
  { path: '/audit', title: 'Audit' },
  { path: '/settings', title: 'Settings' },
] as const;
type Tab = (typeof TABS)[number]['title'];

/** A page of one connection, with its tabs. */
export const ConnectionPage: FC<
  PropsWithChildren<{ readonly desk: ConnectionDesk; readonly tab: Tab; readonly title?: string }>
> = ({ desk, tab, title, children }) => {
  const { connection, frame, path } = desk;
  const { displayName, health, identityProvider, groups } = connection;
  const { name } = consoleLabelsOf(identityProvider);
  const about = `${capitalized(name)} · ${groups ? 'users and groups' : 'users only'}`;
  return (
    <ConsolePage desk={desk} title={`${title ?? tab} · ${displayName}`} here="Connections">
      <div class="head">
        <nav class="crumbs" aria-label="Path">
          <a href={frame.root}>Connections</a> › {displayName}
        </nav>
        <div class="title">
          <h1>{displayName}</h1>
          <Badge state={health.state}>{health.text}</Badge>
          <span class="lead">{about}</span>
        </div>
      </div>
      <nav class="tabs" aria-label="Connection">
        {TABS.map((each) => (
          <a
            href={`${path}${each.path}`}
            {...(each.title === tab ? { 'aria-current': 'page' } : {})}
          >
            {each.title}
          </a>
        ))}
      </nav>
      {children}
    </ConsolePage>
  );
};
