import { readFileSync } from 'node:fs';
import path from 'node:path';
import { CAUSES } from '../../idp/explanations/explanation';
import { explain } from '../../idp/explanations/explanations';
import { IDENTITY_PROVIDERS } from '../../idp/profiles/registry';
import { troubleshooting } from '../../tools/troubleshooting-page';

test('troubleshooting.md matches the explanations (npm run docs:troubleshooting)', () => {
  const page = readFileSync(
    path.join(__dirname, '..', '..', 'docs', 'operations', 'troubleshooting.md'),
    'utf8',
  );
  expect(page).toBe(troubleshooting());
});

test('every cause has a complete explanation for every identity provider', () => {
  for (const cause of CAUSES) {
    for (const identityProvider of IDENTITY_PROVIDERS) {
      const { title, meaning, remedy } = explain(cause, identityProvider, 'emails');
      for (const text of [title, meaning, remedy]) expect(text).toMatch(/^[A-Z][^{}]+$/i);
      expect([meaning, remedy].every((text) => text.endsWith('.'))).toBe(true);
    }
  }
});

test('an unknown cause is explained as a fault', () => {
  expect(explain('nosuch', 'entra', undefined)).toEqual(explain('fault', 'entra', undefined));
});
