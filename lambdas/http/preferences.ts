import type { ScimRequest } from './scim-request';

/** Longest time that a client's `wait` keeps a request, in seconds. API Gateway waits for 29. */
const MOST_WAIT_SECONDS = 20;

/** The preferences of a client (RFC 7240). */
export interface Preferences {
  /** Whether the answer to a change contains the resource; undefined without a preference. */
  readonly return?: 'minimal' | 'representation';
  /** Whether the request may be performed after its answer. */
  readonly respondAsync: boolean;
  /** Seconds that the client waits for a result, at most 20. */
  readonly wait: number;
}

/** Reads the header `Prefer`. Unknown preferences and wrong values are ignored. */
export function preferencesOf({ headers }: Pick<ScimRequest, 'headers'>): Preferences {
  const sent = new Map<string, string>();
  for (const preference of (headers.get('prefer') ?? '').split(/[,;]/)) {
    const [name = '', value = ''] = preference.toLowerCase().split('=').map(unquoted);
    // The first of several counts (RFC 7240 section 2).
    if (!sent.has(name)) sent.set(name, value);
  }
  const wanted = sent.get('return');
  const seconds = sent.get('wait') ?? '';
  return {
    ...(wanted === 'minimal' || wanted === 'representation' ? { return: wanted } : {}),
    respondAsync: sent.has('respond-async'),
    wait: /^\d{1,9}$/.test(seconds) ? Math.min(Number(seconds), MOST_WAIT_SECONDS) : 0,
  };
}

function unquoted(text: string): string {
  return text.trim().replace(/^"(.*)"$/, '$1');
}
