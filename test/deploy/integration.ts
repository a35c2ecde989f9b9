import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CHECKS } from '../integ/checks';
import { admin, send, type Body } from '../support/client';
import { check, secretValue } from './aws';
import { cdk } from './cdk';
import type { Ministack } from './ministack';

/*
 * The integration tests of test/integ, which need an AWS account: they are synthesized here, and
 * their checks are made against the emulation.
 */
const INTEG = path.join(__dirname, '..', 'integ');

/** Synthesizes the apps of the integration tests. */
export function synthesizeIntegration(ministack: Ministack): void {
  for (const file of readdirSync(INTEG).filter((name) => name.startsWith('integ.'))) {
    const output = mkdtempSync(path.join(tmpdir(), 'cdk-scim-integ-'));
    const app = `npx tsx ${path.join(INTEG, file)}`;
    cdk(ministack, {}, 'synth', '--quiet', '--app', app, '--output', output);
    rmSync(output, { recursive: true });
  }
}

/** Makes the checks with the declared connection. */
export async function checkIntegration({ endpoint }: Ministack, secretName: string): Promise<void> {
  const token = await secretValue(endpoint, secretName);
  const { scimBaseUrl } = (await admin('GET', '/connections/declared')).body as {
    scimBaseUrl: string;
  };
  for (const { title, method, path: below, hasToken, body, status, answer } of CHECKS) {
    const headers = {
      'Content-Type': 'application/scim+json',
      ...(hasToken ? { Authorization: `Bearer ${token}` } : {}),
    };
    const text = body === undefined ? undefined : JSON.stringify(body);
    const reply = await send(method, `${scimBaseUrl}${below}`, headers, text);
    check(reply.status === status, `"${title}": the status is ${reply.status}.`);
    for (const [name, expected] of Object.entries(answer)) {
      const found: Body = reply.body[name];
      check(contains(found, expected), `"${title}": ${name} is ${JSON.stringify(found)}.`);
    }
  }
}

/** Returns whether a value is the expected one, or an object with its members. */
function contains(found: Body, expected: unknown): boolean {
  if (typeof expected !== 'object' || expected === null || Array.isArray(expected))
    return JSON.stringify(found) === JSON.stringify(expected);
  return Object.entries(expected).every(([name, value]) => contains(found?.[name], value));
}
