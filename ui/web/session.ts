import type { Context } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Audience } from '../protocol';
import type { PageEnvironment } from './types';

type PageContext = Context<PageEnvironment>;

/** Cookies: a session of the portal or the console, visitors without a session, a sign-in. */
type CookieName = Audience | 'form' | 'signIn';

/** Returns a cookie's name. Over HTTPS, the prefix keeps subdomains from setting the cookie. */
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
 * Returns the token of this visitor's forms. It is derived from the secret of the session, or of
 * the cookie of a visitor without one, so that no other site can know it.
 */
export function formToken(context: PageContext, audience: Audience): string {
  const session = cookieOf(context, audience);
  if (session !== undefined) return tokenOf(session);
  const form = cookieOf(context, 'form') ?? newFormCookie(context);
  return tokenOf(form);
}

/** Returns the token of forms for visitors without a session, and sets their cookie. */
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
  // `Origin` is null because of our Referrer-Policy; this header says which site sent the form.
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
