import { startServer, type ServerProcess } from './server-process';

declare global {
  // Shared with stop-server.ts in jest's parent process; `var` is what makes it a global.
  var scimServer: ServerProcess | undefined;
}

/** One server for all tests of the `system` project; they find it in the environment. */
export default async function start(): Promise<void> {
  globalThis.scimServer = await startServer(['--port', '0', '--memory']);
  process.env['SCIM_TEST_SERVER'] = JSON.stringify(globalThis.scimServer);
}
