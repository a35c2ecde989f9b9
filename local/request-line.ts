import type { IncomingMessage } from 'node:http';
import type { GatewayResponse } from './routes';

/**
 * Describes a request on one line: `POST /scim/v2/…/Users 409 duplicateUser 12 ms`.
 * @param url path and query. The query of a page is left out: it has the secret of a link
 */
export function requestLine(
  { method = '', url = '' }: Pick<IncomingMessage, 'method' | 'url'>,
  { status, headers }: GatewayResponse,
  milliseconds: number,
): string {
  const [, code = ''] =
    Object.entries(headers).find(([name]) => /^scim-error-code$/i.test(name)) ?? [];
  const shown = url.replace(/^(\/[^/]+\/(?:portal|console)\b[^?]*)\?.*$/, '$1');
  const path = shown.length > 200 ? `${shown.slice(0, 200)}…` : shown;
  return [method, path, status, code, `${milliseconds} ms`].filter((part) => part !== '').join(' ');
}
