import type { ServerResponse } from 'node:http';

/** An entry of a page: a mail or an event. */
export interface Article {
  readonly title: string;
  readonly about: string;
  readonly body: string;
}

const STYLE =
  'body{font-family:sans-serif;max-width:50em;margin:2em auto}pre{white-space:pre-wrap}';

/** Sends a page that lists entries, latest first. @param articles oldest first */
export function listPage(
  response: ServerResponse,
  title: string,
  articles: readonly Article[],
): void {
  const list = articles
    .toReversed()
    .map(
      (article) =>
        `<article><h2>${escaped(article.title)}</h2><p>${escaped(article.about)}</p>` +
        `<pre>${escaped(article.body)}</pre></article>`,
    );
  const content = list.length === 0 ? '<p>Nothing yet.</p>' : list.join('\n');
  response.writeHead(200, {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'",
  });
  response.end(
    `<!doctype html><title>${title}</title><style>${STYLE}</style><h1>${title}</h1>${content}`,
  );
}

function escaped(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

/** Sends a JSON answer. */
export function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(body));
}
