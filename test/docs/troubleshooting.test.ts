import { readFileSync } from 'node:fs';
import path from 'node:path';
import { CAUSES } from '../../idp/explanations/explanation';
import { explain } from '../../idp/explanations/explanations';
import { IDENTITY_PROVIDERS } from '../../idp/profiles/registry';
import { troubleshooting } from '../../tools/troubleshooting-page';

test('the page is what the table of explanations says', () => {
  const page = readFileSync(
    path.join(__dirname, '..', '..', 'docs', 'operations', 'troubleshooting.md'),
    'utf8',
  );
  expect(page).toBe(troubleshooting());
});

test('every cause is explained for every identity provider, without gaps', () => {
  for (const cause of CAUSES) {
    for (const identityProvider of IDENTITY_PROVIDERS) {
      const { title, meaning, remedy } = explain(cause, identityProvider, 'emails');
      for (const text of [title, meaning, remedy]) expect(text).toMatch(/^[A-Z][^{}]+$/i);
      expect([meaning, remedy].every((text) => text.endsWith('.'))).toBe(true);
    }
  }
});

test('a cause of a later version is a fault', () => {
  expect(explain('nosuch', 'entra', undefined)).toEqual(explain('fault', 'entra', undefined));
});
