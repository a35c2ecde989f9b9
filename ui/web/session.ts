import type { Context } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Audience } from '../protocol';
import type { PageEnvironment } from './types';

type PageContext = Context<PageEnvironment>;

/** The cookies: of the two kinds of sessions, of forms before a session, and of a sign-in. */
type CookieName = Audience | 'form' | 'signIn';

/** Browsers accept the prefix over HTTPS only. It keeps subdomains from setting the cookie. */
function nameOf(context: PageContext, name: CookieName): string {
  return context.env.isSecure ? `__Host-scim-${name}` : `scim-${name}`;
}

/** Returns the value of a cookie. */
export function cookieOf(context: PageContext, name: CookieName): string | undefined {
  return getCookie(context, nameOf(context, name));
}

/**
 * Sets a cookie; without a value removes it.
 * @param until when it ends, RFC 3339; undefined when the browser is closed
 */
export function putCookie(
  context: PageContext,
  name: CookieName,
  value: string,
  until?: string,
): void {
  setCookie(context, nameOf(context, name), value, {
    path: '/',
    httpOnly: true,
    secure: context.env.isSecure,
    sameSite: 'Lax',
    ...(value === '' ? { maxAge: 0 } : {}),
    ...(until === undefined ? {} : { expires: new Date(until) }),
  });
}

/**
 * Returns the token that a form of this visitor has. It is derived from the secret of the session,
 * or of the cookie that a page before a session sets, so that no other site can know it.
 */
export function formToken(context: PageContext, audience: Audience): string {
  const session = cookieOf(context, audience);
  if (session !== undefined) return tokenOf(session);
  const form = cookieOf(context, 'form') ?? newFormCookie(context);
  return tokenOf(form);
}

/** Returns the token that forms of a page before a session have, and sets their cookie. */
export function openFormToken(context: PageContext): string {
  return tokenOf(cookieOf(context, 'form') ?? newFormCookie(context));
}

function newFormCookie(context: PageContext): string {
  const secret = randomBytes(32).toString('base64url');
  putCookie(context, 'form', secret);
  return secret;
}

/**
 * Returns whether a form was sent by one of our pages.
 * @param token as the form has it
 */
export function isOwnForm(context: PageContext, audience: Audience, token: string): boolean {
  // Browsers say where a request comes from. `Origin` is null, because of our Referrer-Policy.
  const site = context.req.header('sec-fetch-site');
  if (site !== undefined && site !== 'same-origin') return false;
  const secrets = [cookieOf(context, audience), cookieOf(context, 'form')];
  return secrets.some((secret) => secret !== undefined && isEqual(token, tokenOf(secret)));
}

function tokenOf(secret: string): string {
  return createHmac('sha256', secret).update('form').digest('base64url');
}

function isEqual(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
