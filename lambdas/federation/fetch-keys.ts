import { isArray, isObject, parseJson, type JsonObject } from '../../scim/json';

/** Maximum bytes of a key set. That of Entra ID has about 15 KB. */
const MAXIMUM_BYTES = 64 * 1024;

/** Maximum time that fetching a key set may take. */
const TIMEOUT_MS = 3000;

/**
 * Fetches a key set (RFC 7517 section 5). Redirects are not followed: keys come from the issuer's
 * own address only.
 * @throws Error if the issuer does not answer in time with a key set of at most 64 KB
 */
export async function fetchKeys(url: string): Promise<readonly JsonObject[]> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  // The signal alone is not sufficient: `fetch` may forget it once it has the headers.
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`${url} did not answer within ${TIMEOUT_MS} ms.`));
      controller.abort();
    }, TIMEOUT_MS);
  });
  try {
    return await Promise.race([requestKeys(url, controller.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}

async function requestKeys(url: string, signal: AbortSignal): Promise<readonly JsonObject[]> {
  const headers = { Accept: 'application/json' };
  const response = await fetch(url, { redirect: 'error', headers, signal });
  if (!response.ok) throw new Error(`${url} answered ${response.status}.`);
  const body = parseJson(await readText(response, url));
  const keys = isObject(body) ? body['keys'] : undefined;
  if (!isArray(keys)) throw new Error(`${url} is not a key set.`);
  return keys.filter(isObject);
}

async function readText({ body }: Response, url: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MAXIMUM_BYTES) throw new Error(`The key set ${url} has more than 64 KB.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
