import './node-version';
import { consoleLink, firstConnection, type FirstConnection } from './first-connection';
import { readOptions, USAGE, UsageError, type Options } from './options';
import { startSystem, type LocalSystem } from './system';

/** Entry point of `npm start`. */
async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') {
    process.stdout.write(USAGE);
    return;
  }
  // The SDK's notice that later versions need a newer Node.js is for maintainers, not for users.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
  const system = await startSystem(options);
  stopWhenTold(system);
  try {
    const connection = await firstConnection(system, options);
    const consoleUrl = await consoleLink(system);
    process.stdout.write(
      options.json
        ? json(system, connection, consoleUrl)
        : welcome(system, connection, consoleUrl, options),
    );
  } catch (error) {
    await system.stop();
    throw error;
  }
}

function json(
  { adminUrl, appUrl, mailboxUrl, eventsUrl, dynamodbEndpoint, tableName }: LocalSystem,
  connection: FirstConnection,
  consoleUrl: string,
): string {
  const { scimBaseUrl, token } = connection;
  const urls = { scimBaseUrl, token, adminUrl, appUrl, consoleUrl, mailboxUrl, eventsUrl };
  return `${JSON.stringify({ ...urls, dynamodbEndpoint, tableName })}\n`;
}

function welcome(
  system: LocalSystem,
  { scimBaseUrl, token, identityProvider }: FirstConnection,
  consoleUrl: string,
  options: Options,
): string {
  const kept = options.memory
    ? 'Data is discarded when it stops.'
    : 'Data is kept in .scim-local/.';
  const otherProfile =
    identityProvider === options.identityProvider
      ? ''
      : `\nThe connection "default" comes from an earlier run and keeps its profile \
${identityProvider}. Delete .scim-local/ to start over.\n`;
  const clock =
    system.clockAheadMs === 0
      ? ''
      : `\nIts clock is ${days(system.clockAheadMs)} ahead, as an earlier run left it.\n`;
  return `
The SCIM service is running on this machine. ${kept} Press Ctrl+C to stop it.

  SCIM base URL  ${scimBaseUrl}
  bearer token   ${token}
  admin URL      ${system.adminUrl}
  application    ${system.appUrl}
  console        ${consoleUrl} (opens once, within ten minutes)
  mailbox URL    ${system.mailboxUrl}
  events URL     ${system.eventsUrl}
  profile        ${identityProvider}
${otherProfile}${clock}
Try it:

  curl -s -H 'Authorization: Bearer ${token}' '${scimBaseUrl}/Users'

`;
}

function days(milliseconds: number): string {
  const number = milliseconds / 86_400_000;
  return number < 1 ? `${Math.round(milliseconds / 1000)} s` : `${Math.round(number)} days`;
}

/** Stops the system on a signal, or when the `npm` process that started it is gone. */
function stopWhenTold(system: LocalSystem): void {
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    system.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`${String(error)}\n`);
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  process.on('SIGHUP', stop);
  // A shell between npm and this process does not forward signals, but when it ends, the parent of
  // this process changes.
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) stop();
  }, 250).unref();
}

main().catch((error: unknown) => {
  const message = error instanceof Error ? error.message : String(error);
  const hint = error instanceof UsageError ? '"npm start -- --help" lists the flags.\n' : '';
  process.stderr.write(`${message}\n${hint}`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
});
