import { p256 } from '@noble/curves/nist';
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { asText, isObject, parseJson, type JsonObject } from '../../scim/json';
import { isForeign } from '../loopback';
import { readJsonLines, writeJsonLines } from '../state/files';

/**
 * KMS stand-in that implements its wire protocol (JSON 1.1) for keys that sign: `Sign` with a
 * digest, and `GetPublicKey`. A key comes into being when it is first used.
 */
export class LocalKms {
  private readonly keys = new Map<string, KeyObject>();

  /** @param file readable only by this user; without it, keys stay in memory */
  constructor(private readonly file?: string) {
    if (file === undefined) return;
    for (const line of readJsonLines(file)) {
      if (!isObject(line)) continue;
      this.keys.set(asText(line['id']), createPrivateKey(asText(line['key'])));
    }
  }

  createServer(): Server {
    return createServer((request, response) => {
      if (isForeign(request)) {
        answer(response, 403, { __type: 'AccessDeniedException' });
        return;
      }
      const operation = String(request.headers['x-amz-target'] ?? '').replace('TrentService.', '');
      text(request).then(
        (body) => {
          const input = parseJson(body);
          const result = isObject(input) ? this.perform(operation, input) : undefined;
          if (result === undefined) answer(response, 400, { __type: 'ValidationException' });
          else answer(response, 200, result);
        },
        (error: unknown) => {
          answer(response, 500, { __type: 'KMSInternalException', message: String(error) });
        },
      );
    });
  }

  private perform(operation: string, input: JsonObject): JsonObject | undefined {
    const id = asText(input['KeyId']);
    if (operation === 'GetPublicKey') {
      const spki = createPublicKey(this.keyOf(id)).export({ type: 'spki', format: 'der' });
      return { KeyId: id, PublicKey: spki.toString('base64'), KeySpec: 'ECC_NIST_P256' };
    }
    if (operation !== 'Sign' || input['MessageType'] !== 'DIGEST') return undefined;
    const digest = Buffer.from(asText(input['Message']), 'base64');
    const { d = '' } = this.keyOf(id).export({ format: 'jwk' });
    // Node.js signs only messages, not digests.
    const signature = p256.sign(digest, Buffer.from(d, 'base64url')).toBytes('der');
    return { KeyId: id, Signature: Buffer.from(signature).toString('base64') };
  }

  private keyOf(id: string): KeyObject {
    const found = this.keys.get(id);
    if (found !== undefined) return found;
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    this.keys.set(id, privateKey);
    if (this.file !== undefined) writeJsonLines(this.file, [...this.keys].map(keyLine));
    return privateKey;
  }
}

function keyLine([id, key]: readonly [string, KeyObject]): JsonObject {
  return { id, key: key.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

function answer(response: ServerResponse, status: number, body: JsonObject): void {
  response.writeHead(status, { 'Content-Type': 'application/x-amz-json-1.1' });
  response.end(JSON.stringify(body));
}
