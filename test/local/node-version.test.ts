import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

test.each([
  ['18.20.8', 1, 'cdk-scim needs Node.js 20 or newer; this is 18.20.8.\n'],
  ['20.0.0', 0, ''],
  ['26.1.0', 0, ''],
])('Node.js %s ends with %i', (version, status, stderr) => {
  const versions = `Object.defineProperty(process, 'versions', { value: { node: '${version}' } });`;
  const module = pathToFileURL(path.join(__dirname, '..', '..', 'local', 'node-version.ts')).href;
  const tsx = pathToFileURL(require.resolve('tsx')).href;
  const args = [
    '--import',
    tsx,
    '--input-type=module',
    '--eval',
    `${versions} import('${module}')`,
  ];
  expect(spawnSync(process.execPath, args, { encoding: 'utf8' })).toMatchObject({ status, stderr });
});
