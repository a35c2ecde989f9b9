import { recordCallsOf } from './recorded-calls';
import { startServer, type ServerProcess } from './server-process';

declare global {
  // Shared with stop-server.ts in jest's parent process; `var` is what makes it a global.
  var scimServer: ServerProcess | undefined;
}

/** One server for all tests of the `system` project; they find it in the environment. */
export default async function start(): Promise<void> {
  const { SCIM_TEST_DYNAMODB: endpoint } = process.env;
  // What another engine is asked is the same.
  if (endpoint === undefined) recordCallsOf('system');
  const engine = endpoint === undefined ? [] : ['--dynamodb', endpoint];
  globalThis.scimServer = await startServer(['--port', '0', '--memory', ...engine]);
  process.env['SCIM_TEST_SERVER'] = JSON.stringify(globalThis.scimServer);
}
