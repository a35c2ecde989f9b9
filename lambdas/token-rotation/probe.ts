/** What the SCIM endpoint says of a token. */
export type Verdict = 'accepted' | 'refused' | 'unreachable';

const TIMEOUT_MS = 8000;

/** Calls a connection's SCIM endpoint with a token, as its identity provider will. @param baseUrl of the connection */
export async function probe(baseUrl: string, token: string): Promise<Verdict> {
  try {
    const response = await fetch(`${baseUrl}/ServiceProviderConfig`, {
      headers: { Authorization: `Bearer ${token}`, Accept: 'application/scim+json' },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await response.text();
    if (response.status === 401) return 'refused';
    // A disabled connection says so to its own tokens only.
    const isDisabled = response.status === 403 && text.includes('This connection is disabled');
    return response.ok || isDisabled ? 'accepted' : 'unreachable';
  } catch {
    return 'unreachable';
  }
}
