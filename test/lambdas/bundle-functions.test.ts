import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bundleFunctions, LARGEST_KB } from '../../lambdas/bundling/bundle-functions';
import { FUNCTION_NAMES } from '../../lambdas/contract';

const here = process.cwd();
const folders = [1, 2].map(() => mkdtempSync(path.join(tmpdir(), 'cdk-scim-bundles-')));

afterAll(() => {
  process.chdir(here);
  for (const folder of folders) rmSync(folder, { recursive: true });
});

test('bundles are reproducible, contain no local paths and respect their size limits', async () => {
  const [one = '', other = ''] = folders;
  await bundleFunctions(one);
  process.chdir(other);
  await bundleFunctions(other);
  for (const name of FUNCTION_NAMES) {
    const [first, second] = [one, other].map((folder) =>
      readFileSync(path.join(folder, name, 'index.mjs')),
    );
    expect(first?.equals(second ?? Buffer.alloc(0))).toBe(true);
    expect(first?.length).toBeLessThanOrEqual(LARGEST_KB[name] * 1024);
    expect(first?.includes(path.join(__dirname, '..', '..'))).toBe(false);
  }
  const [licenses, again] = [one, other].map((folder) =>
    readFileSync(path.join(folder, 'THIRD-PARTY-LICENSES'), 'utf8'),
  );
  expect(again).toBe(licenses);
  for (const name of ['aws4', '@aws-sdk/client-sesv2', '@smithy/core', 'uuid', 'zod']) {
    expect(licenses).toMatch(new RegExp(`^${name}@[0-9.]+ \\(`, 'm'));
  }
  expect(licenses).not.toMatch(/^(?:jest|esbuild|aws-cdk-lib)@/m);
});
