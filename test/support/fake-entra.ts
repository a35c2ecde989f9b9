import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { close, listen } from './loopback-server';

/** How the address of the keys behaves. */
export type KeysBehavior = 'published' | 'down' | 'redirected' | 'huge' | 'malformed' | 'silent';

/** A signing key with its id, as it is published. */
export interface SigningKey {
  readonly id: string;
  readonly algorithm: string;
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

/** Entra ID as far as tokens are concerned: a tenant with keys, in both versions of its issuer. */
export class FakeEntra {
  readonly tenant = randomUUID();
  readonly subject = randomUUID();
  readonly application = randomUUID();
  behavior: KeysBehavior = 'published';
  /** Requests for keys so far. */
  requests = 0;

  private constructor(
    private readonly server: ReturnType<typeof createServer>,
    readonly origin: string,
    public keys: readonly SigningKey[],
  ) {}

  static async start(): Promise<FakeEntra> {
    const server = createServer();
    const origin = await listen(server);
    const entra = new FakeEntra(server, origin, [await createKey('RS256')]);
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      entra.answer(request, response);
    });
    return entra;
  }

  /** The issuer of tokens in version 2, as in workload identity federation. */
  get issuer(): string {
    return `${this.origin}/${this.tenant}/v2.0`;
  }

  /** The issuer of tokens in version 1, as with a blank Secret Token. */
  get issuerV1(): string {
    return `${this.origin}/${this.tenant}/`;
  }

  /** Returns the claims of an assertion that is in order. */
  claims(): Record<string, unknown> {
    const now = Math.floor(Date.now() / 1000);
    return {
      iss: this.issuer,
      aud: this.application,
      sub: this.subject,
      oid: this.subject,
      tid: this.tenant,
      uti: randomUUID(),
      ver: '2.0',
      iat: now,
      nbf: now,
      exp: now + 3600,
    };
  }

  /** Signs a token. @param claims replace those of `claims()`; undefined removes one */
  async sign(
    claims: Readonly<Record<string, unknown>> = {},
    header: Readonly<Record<string, unknown>> = {},
    key = this.keys[0],
  ): Promise<string> {
    if (key === undefined) throw new Error('There is no key.');
    const protectedHeader = { alg: key.algorithm, kid: key.id, typ: 'JWT', ...header };
    return new SignJWT({ ...this.claims(), ...claims })
      .setProtectedHeader(protectedHeader)
      .sign(key.privateKey);
  }

  /** Starts to sign with a new key. @param algorithm RS256 or ES256 */
  async rotate(algorithm = 'RS256'): Promise<SigningKey> {
    const key = await createKey(algorithm);
    this.keys = [key, ...this.keys];
    return key;
  }

  stop(): Promise<void> {
    return close(this.server);
  }

  private answer({ url = '' }: IncomingMessage, response: ServerResponse): void {
    const paths = [`/${this.tenant}/discovery/v2.0/keys`, `/${this.tenant}/discovery/keys`];
    if (!paths.includes(url)) {
      response.writeHead(404).end();
      return;
    }
    this.requests += 1;
    const keys = this.keys.map(({ jwk }) => jwk);
    const json = { 'Content-Type': 'application/json' };
    switch (this.behavior) {
      case 'published':
        response.writeHead(200, json).end(JSON.stringify({ keys }));
        return;
      case 'down':
        response.writeHead(503).end();
        return;
      case 'redirected':
        response.writeHead(302, { Location: `${this.origin}${paths[1] ?? ''}?moved` }).end();
        return;
      case 'huge':
        response.writeHead(200, json).end(JSON.stringify({ keys, padding: 'x'.repeat(70_000) }));
        return;
      case 'malformed':
        response.writeHead(200, json).end('{"keys": "none"}');
        return;
      case 'silent':
        response.writeHead(200, json).write('{');
    }
  }
}

/** Creates a key pair. @param algorithm such as RS256 */
export async function createKey(algorithm: string): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  const id = randomUUID();
  const jwk = { ...(await exportJWK(publicKey)), kid: id, use: 'sig' };
  return { id, algorithm, privateKey, jwk };
}
