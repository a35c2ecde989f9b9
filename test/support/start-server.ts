import { recordCallsOf } from './recorded-calls';
import { startServer, type ServerProcess } from './server-process';

declare global {
  // Shared with stop-server.ts in jest's parent process; `var` is what makes it a global.
  var scimServer: ServerProcess | undefined;
}

/** The part of jest's project configuration that is read here. */
interface Project {
  readonly displayName: { readonly name: string };
}

/** Starts one server for all tests of a project, which find it in the environment. */
export default async function start(_: unknown, { displayName }: Project): Promise<void> {
  const { SCIM_TEST_DYNAMODB: endpoint } = process.env;
  // AWS calls are recorded with the default engine only: another engine gets the same calls.
  if (endpoint === undefined && displayName.name === 'system') recordCallsOf('system');
  const engine = endpoint === undefined ? [] : ['--dynamodb', endpoint];
  globalThis.scimServer = await startServer(['--port', '0', '--memory', ...engine]);
  process.env['SCIM_TEST_SERVER'] = JSON.stringify(globalThis.scimServer);
}
