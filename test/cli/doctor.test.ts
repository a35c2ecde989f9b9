import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import path from 'node:path';
import { examine } from '../../cli/doctor/identity-provider/as-identity-provider';
import type { ServerDiagnosis } from '../../cli/doctor/identity-provider/diagnoses';
import { IDENTITY_PROVIDERS, type IdentityProvider } from '../../idp/profiles/registry';
import { Client } from '../support/client';
import { run } from '../support/command';
import { close, listen } from '../support/loopback-server';
import { FAULTS, SmallScimServer, type Fault } from '../support/small-scim-server';

/** The finding that each fault must lead to, if the doctor acts as Entra ID or as stated. */
const EXPECTED: Readonly<Record<Fault, ServerDiagnosis>> = {
  'everything is refused': 'tokenRefused',
  'any token is accepted': 'wrongTokenAccepted',
  'a wrong path': 'wrongUrl',
  'a sign-in page': 'notJson',
  'application/json': 'contentType',
  'an empty search is 404': 'notAnEmptyList',
  'numbers as text': 'numberAsText',
  'errors as plain text': 'notJson',
  slow: 'slow',
  'no /Schemas': 'noSchemas',
  'no /ServiceProviderConfig': 'noServiceProviderConfig',
  'patch.supported is false': 'noServiceProviderConfig',
  'unknown schemas are refused': 'createFailed',
  'the creation answers only the id': 'createAnswer',
  'the creation answers nothing': 'createAnswer',
  'title is lost': 'valueLost',
  'filters are ignored': 'notAnEmptyList',
  'names with capitals': 'caseOfUserName',
  'duplicates are accepted': 'duplicateAccepted',
  'changes are refused': 'updateFailed',
  'changes are lost': 'updateLost',
  'text booleans are true': 'deactivationFailed',
  'inactive users are hidden': 'inactiveHidden',
  'active is a text': 'activeNotBoolean',
  'users cannot come back': 'reactivationFailed',
  'deletions are refused': 'deleteFailed',
  'deleted users stay': 'deleteFailed',
  'groups are refused': 'groupsRefused',
  'members are not added': 'memberNotAdded',
  'removing one member removes all': 'memberNotRemoved',
  'members cannot be excluded': 'membersNotExcluded',
  'startIndex is ignored': 'paging',
  'count is ignored': 'paging',
};

async function namesFound(fault: Fault | undefined, as: IdentityProvider = 'entra') {
  const server = await SmallScimServer.start(fault);
  try {
    const settings = { url: server.url, token: server.token, as, groups: true };
    const findings = await examine({ ...settings, slowMs: 2000 });
    return { names: findings.map(({ name }) => name), left: server.size };
  } finally {
    await server.stop();
  }
}

test.each(IDENTITY_PROVIDERS)('as %s, the doctor finds nothing in a healthy server', async (as) => {
  expect(await namesFound(undefined, as)).toEqual({ names: [], left: 0 });
});

test.each(FAULTS)('the doctor finds the fault "%s" and deletes what it created', async (fault) => {
  const { names, left } = await namesFound(fault);
  expect(names).toContain(EXPECTED[fault]);
  // Nothing can be deleted where deletions do not work.
  if (fault === 'deletions are refused') expect(names).toContain('notCleanedUp');
  else if (fault !== 'deleted users stay') expect(left).toBe(0);
});

test('an examination that is ended deletes what it created', async () => {
  const server = await SmallScimServer.start();
  const ended = new AbortController();
  const findings = await examine({
    ...{ url: server.url, token: server.token, as: 'okta', groups: true, signal: ended.signal },
    onStep: (step) => {
      if (step === 'groups') ended.abort();
    },
  });
  expect([findings, server.size]).toEqual([[], 0]);
  await server.stop();
});

test.each(IDENTITY_PROVIDERS)('as %s, the doctor finds nothing in this service', async (as) => {
  const client = await Client.connect(as);
  const args = ['doctor', '--url', client.baseUrl, '--token', client.token, '--as', as, '--json'];
  const { code, stdout } = await run(args);
  expect([code, JSON.parse(stdout)]).toEqual([0, []]);
  const { body } = await client.get('/Users');
  expect(body.totalResults).toBe(0);
});

test('the doctor explains what it finds, and leaves groups out if asked', async () => {
  const client = await Client.connect('okta', { groups: false });
  const args = ['doctor', '--url', client.baseUrl, '--as', 'okta'];
  const { code, stdout } = await run(args, { env: { CDK_SCIM_TOKEN: client.token } });
  expect(code).toBe(1);
  expect(stdout).toMatch(
    /^D031 {2}A group cannot be created or found\n {4}POST \/Groups was answered/,
  );
  expect(stdout).toContain('What to do: ');
  const usersOnly = await run([...args, '--token', client.token, '--users-only']);
  expect([usersOnly.code, usersOnly.stdout]).toEqual([0, 'Nothing was found.\n']);
});

test('a server that does not answer is a finding', async () => {
  const nobody = await examine({ url: 'http://127.0.0.1:1', token: 't', as: 'okta', groups: true });
  expect(nobody.map(({ name }) => name)).toEqual(['noAnswer']);
});

test('a certificate that has ended and TLS 1.3 alone are findings', async () => {
  const pem = readFileSync(path.join(__dirname, 'fixtures', 'expired-certificate.pem'));
  const server = createServer({ key: pem, cert: pem, minVersion: 'TLSv1.3' });
  const url = (await listen(server)).replace('http://127.0.0.1', 'https://localhost');
  const found = await examine({ url, token: 't', as: 'entra', groups: true });
  await close(server);
  expect(found.map(({ name }) => name)).toEqual([
    'certificateInvalid',
    'certificateExpires',
    'noTls12',
    'noAnswer',
  ]);
});
