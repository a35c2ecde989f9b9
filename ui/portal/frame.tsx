import type { Context } from 'hono';
import type { FC, PropsWithChildren } from 'hono/jsx';
import { oauthWaysOf } from '../../idp/federation/identity-providers';
import { assetsOf } from '../assets/assets';
import type { ConnectionInfo, SessionInfo } from '../data';
import { Document, type Frame } from '../parts/document';
import { Form } from '../parts/forms';
import { CallError, get, type Backend } from '../web/backend';
import { cookieOf, formToken } from '../web/session';
import type { PageEnvironment } from '../web/types';
import type { PageCall } from '../protocol';

type PageContext = Context<PageEnvironment>;

/** The session of a visitor of the portal. */
export type PortalSession = SessionInfo & { readonly audience: 'portal' };

/** A visitor of the portal, with the connection. */
export interface Visit {
  readonly session: PortalSession;
  readonly connection: ConnectionInfo;
  /** The token of this visitor's forms. */
  readonly form: string;
  readonly frame: Frame;
}

/** Returns the frame that all pages of the portal share. */
export function portalFrame({ env: { base, branding } }: PageContext): Frame {
  return { branding, assets: assetsOf(branding), root: `${base}/portal` };
}

/** Returns the backend for the visitor's session. */
export function portalBackend(context: PageContext): Backend {
  return context.env.backend.withSession('portal', cookieOf(context, 'portal'));
}

/** Returns the path of the visitor's connection in an API. The session's secret begins with it. */
export function connectionPath(context: PageContext, api: 'pages' | 'admin' = 'pages'): string {
  const [id = ''] = (cookieOf(context, 'portal') ?? '').split('.');
  return `/${api}/connections/${encodeURIComponent(id)}`;
}

/**
 * Reads the session and the connection of a visitor, together with what the page needs.
 * @throws CallError 401 without a session, 403 for what the link's intent does not allow
 */
export async function visit<Bodies extends readonly unknown[]>(
  context: PageContext,
  ...calls: { readonly [Index in keyof Bodies]: PageCall }
): Promise<readonly [Visit, ...Bodies]> {
  const [session, connection, ...bodies] = await portalBackend(context).all<
    [PortalSession, ConnectionInfo, ...Bodies]
  >(get('/pages/session'), get(connectionPath(context)), ...calls);
  const form = formToken(context, 'portal');
  return [{ session, connection, form, frame: portalFrame(context) }, ...bodies];
}

/** Reads the same for a page of the setup. @throws CallError 403 if the link is not for setup */
export async function visitSetup<Bodies extends readonly unknown[]>(
  context: PageContext,
  ...calls: { readonly [Index in keyof Bodies]: PageCall }
): Promise<readonly [Visit, ...Bodies]> {
  const visited = await visit<Bodies>(context, ...calls);
  const [{ session }] = visited;
  if (session.intent === 'setup') return visited;
  throw new CallError(403, 'Your link does not allow the setup. Ask for a link that does.');
}

/** The steps of the setup. */
export const STEPS = [
  { path: 'choose', title: 'Identity provider' },
  { path: 'connect', title: 'Connect' },
  { path: 'token', title: 'Token' },
  { path: 'check', title: 'Live check' },
  { path: 'review', title: 'Review data' },
] as const;
export type StepPath = (typeof STEPS)[number]['path'];

interface PortalPageProps {
  readonly visit: Visit;
  readonly title: string;
}

/** A page of the setup, with its steps. */
export const SetupPage: FC<PropsWithChildren<PortalPageProps & { readonly step: StepPath }>> = ({
  visit: current,
  title,
  step,
  children,
}) => (
  <PortalPage visit={current} title={title} here="setup">
    <div class="with-steps">
      <Steps root={current.frame.root} current={step} />
      <div class="content">{children}</div>
    </div>
  </PortalPage>
);

const Steps: FC<{ readonly root: string; readonly current: StepPath }> = ({ root, current }) => {
  const at = STEPS.findIndex(({ path }) => path === current);
  return (
    <nav aria-label="Steps of the setup">
      <ol class="steps">
        {STEPS.map(({ path, title }, index) => (
          <li
            class={index < at ? 'done' : 'later'}
            {...(index === at ? { 'aria-current': 'step' } : {})}
          >
            <span class="mark" aria-hidden="true">
              {index < at ? '✓' : index + 1}
            </span>
            <span class="text">
              {index === at ? title : <a href={`${root}/${path}`}>{title}</a>}
              {index < at ? <span class="visually-hidden"> (done)</span> : null}
            </span>
          </li>
        ))}
      </ol>
    </nav>
  );
};

/** The parts of the portal beside the setup, by what the link allows. */
const PARTS = [
  { path: 'setup', title: 'Setup', intents: ['setup'] },
  { path: 'status', title: 'Status', intents: ['setup', 'rotate', 'log'] },
  { path: 'log', title: 'Log', intents: ['setup', 'rotate', 'log'] },
  { path: 'tokens', title: 'Tokens', intents: ['setup', 'rotate'] },
  { path: 'oauth', title: 'OAuth', intents: ['setup', 'rotate'] },
] as const;
type Part = (typeof PARTS)[number]['path'];

function partsFor(
  { intent }: PortalSession,
  { identityProvider }: ConnectionInfo,
): readonly (typeof PARTS)[number][] {
  return PARTS.filter(({ path, intents }) => {
    const isAllowed = intents.some((each) => each === intent);
    return isAllowed && (path !== 'oauth' || oauthWaysOf(identityProvider).clientCredentials);
  });
}

/** A page of the portal. */
export const PortalPage: FC<PropsWithChildren<PortalPageProps & { readonly here: Part }>> = ({
  visit: { session, connection, form, frame },
  title,
  here,
  children,
}) => (
  <Document
    frame={frame}
    title={title}
    navigation={
      <nav class="main" aria-label="Portal">
        {partsFor(session, connection).map(({ path, title: name }) => (
          <a
            href={`${frame.root}/${path === 'setup' ? 'choose' : path}`}
            {...(path === here ? { 'aria-current': 'page' } : {})}
          >
            {name}
          </a>
        ))}
      </nav>
    }
    visitor={
      <>
        <span>{`For ${connection.displayName}`}</span>
        <Form state={{ token: form }} action={`${frame.root}/finish`}>
          <button class="plain quiet">End session</button>
        </Form>
      </>
    }
  >
    {children}
  </Document>
);

/** A page of the portal without a session. */
export const PlainPage: FC<
  PropsWithChildren<{ readonly frame: Frame; readonly title: string }>
> = ({ frame, title, children }) => (
  <Document frame={frame} title={title}>
    <div class="narrow content">{children}</div>
  </Document>
);
