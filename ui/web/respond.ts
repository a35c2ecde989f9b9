import type { Context } from 'hono';
import { html } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { isOwnForm } from './session';
import { CallError } from './backend';
import type { Audience } from '../protocol';
import type { PageEnvironment } from './types';

/** An element that JSX returns. */
export type Element = HtmlEscapedString | Promise<HtmlEscapedString>;

/** Answers with a whole page. */
export function respond(
  context: Context<PageEnvironment>,
  page: Element,
  status: ContentfulStatusCode = 200,
): Response | Promise<Response> {
  return context.html(html`<!doctype html>${page}`, status);
}

/** Answers with a redirection to another page of ours. @param path below the deployment's URL */
export function goTo(context: Context<PageEnvironment>, path: string): Response {
  return context.redirect(`${context.env.base}${path}`, 303);
}

/** The fields of a form that was sent. A field that is missing is empty. */
export type Fields = (name: string) => string;

/** Reads a form. @throws CallError 403 if it was not sent by one of our pages */
export async function readForm(
  context: Context<PageEnvironment>,
  audience: Audience,
): Promise<Fields> {
  const sent = new URLSearchParams(await context.req.text());
  const fields: Fields = (name) => sent.get(name)?.trim() ?? '';
  if (isOwnForm(context, audience, fields('form'))) return fields;
  throw new CallError(403, 'The form is out of date. Open the page again, and send it once more.');
}
