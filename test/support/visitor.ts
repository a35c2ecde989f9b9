import { send, server, type Reply } from './client';

/** Returns the URL below which the pages are, such as `http://127.0.0.1:8080/scim`. */
export function pagesUrl(): string {
  return server().adminUrl.replace(/\/admin$/, '');
}

/** A browser without a screen: it keeps cookies, follows redirections, and sends forms. */
export class Visitor {
  private readonly cookies = new Map<string, string>();
  private page = '';

  /** The cookies, for tests that change or steal them. */
  get jar(): Map<string, string> {
    return this.cookies;
  }

  /** Opens a page. @param path below the pages' URL, or a whole URL */
  async open(path: string): Promise<Reply> {
    return this.followed(await this.request('GET', path));
  }

  /** Sends a form with the token of the page that was opened last. */
  async submit(
    path: string,
    fields: Readonly<Record<string, string>> = {},
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Reply> {
    const hidden = { form: this.hidden('form'), follows: this.hidden('follows') };
    const body = new URLSearchParams({ ...hidden, ...fields }).toString();
    return this.followed(await this.request('POST', path, body, headers));
  }

  /** Opens a link to the portal or the console, and clicks, if it can be opened. */
  async openLink(url: string): Promise<Reply> {
    const page = await this.open(url);
    if (page.status !== 200) return page;
    const link = new URL(url).searchParams.get('link') ?? '';
    return this.submit(new URL(url).pathname.replace(/^\/scim/, ''), { link });
  }

  /** Returns the token of the forms of the page that was opened last. */
  formToken(): string {
    return this.hidden('form');
  }

  private hidden(name: string): string {
    return new RegExp(`name="${name}" value="([^"]+)"`).exec(this.page)?.[1] ?? '';
  }

  async request(
    method: 'GET' | 'POST',
    path: string,
    body?: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Reply> {
    const url = path.startsWith('http') ? path : `${pagesUrl()}${path}`;
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const reply = await send(
      method,
      url,
      {
        ...(cookie === '' ? {} : { Cookie: cookie }),
        ...(body === undefined ? {} : { 'Content-Type': 'application/x-www-form-urlencoded' }),
        ...headers,
      },
      body,
    );
    for (const set of [reply.headers['set-cookie'] ?? []].flat()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      if (value === '') this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return reply;
  }

  private async followed(reply: Reply): Promise<Reply> {
    const { location } = reply.headers;
    if (reply.status === 303 && typeof location === 'string') {
      const origin = new URL(pagesUrl()).origin;
      return this.open(location.startsWith('/') ? `${origin}${location}` : location);
    }
    this.page = reply.text;
    return reply;
  }
}

/** Returns the text of a page, without its markup. */
export function textOf({ text }: Reply): string {
  return text
    .replace(/<[^>]+>/g, ' ')
    .replaceAll('&#39;', "'")
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .replace(/\s+/g, ' ');
}
