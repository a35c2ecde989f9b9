import { Option } from '@commander-js/extra-typings';
import type { NewOAuthClientSecret, OAuthClient } from '../../client';
import { hint } from '../commands/hint';
import { checkShown } from '../commands/new-token';
import { findDeployment } from '../deployment';
import { note, print, printFields, printResult, printTable, timeText } from '../output/output';
import { duration, positiveNumber, type Program } from '../program';
import { confirmed } from '../prompts';
import { SCOPES } from './scopes';

/** Adds `oauth-clients`. */
export function addOAuthClients(program: Program): void {
  const clients = program
    .command('oauth-clients')
    .description('Manage clients that get access tokens for a client id and a secret');
  addList(clients);
  addCreate(clients);
  addSecretCommands(clients);

  clients
    .command('delete')
    .description('Delete a client; its access tokens are refused from the next request on')
    .argument('<connection>', 'id of the connection')
    .argument('<client>', 'id of the client')
    .option('--yes', 'do not ask')
    .action(async (connection, client, _, command) => {
      const options = command.optsWithGlobals();
      const { admin } = await findDeployment(options);
      await confirmed(`Delete client ${client} of ${connection}? Its requests fail.`, options.yes);
      await admin.oauth.deleteClient(connection, client);
      printResult(options.json, { deleted: client }, () => {
        print(`Client ${client} is deleted.`);
      });
    });
}

function addList(clients: Program): void {
  clients
    .command('list')
    .description('List the clients of a connection with their secrets')
    .argument('<connection>', 'id of the connection')
    .action(async (connection, _, command) => {
      const options = command.optsWithGlobals();
      const { admin } = await findDeployment(options);
      const found = await admin.oauth.clients(connection);
      printResult(options.json, found, () => {
        printTable(
          ['CLIENT', 'NAME', 'SCOPES', 'SECRET', 'STATE', 'EXPIRES', 'LAST USED'],
          found.flatMap(rowsOf),
          'There are no OAuth clients. Create one with: ' +
            hint(options, `oauth-clients create ${connection} --show`),
        );
      });
    });
}

/** Returns a row for each secret, or one for a client without secrets. */
function rowsOf({ id, displayName, scopes = [], secrets }: OAuthClient): readonly string[][] {
  const client = [id, displayName, scopes.join(' ') || 'all'];
  if (secrets.length === 0) return [[...client, 'none', '', '', '']];
  return secrets.map((secret) => [
    ...client,
    secret.id,
    secret.state,
    timeText(secret.expiresAt),
    timeText(secret.lastUsedAt),
  ]);
}

function addCreate(clients: Program): void {
  clients
    .command('create')
    .description('Create a client with its first secret')
    .argument('<connection>', 'id of the connection')
    .option('--name <name>', 'name for people')
    .addOption(new Option('--scope <scope...>', 'what it allows (default: all)').choices(SCOPES))
    .option('--access-token <duration>', 'lifetime of access tokens, 1h to 6h', duration)
    .option('--expires-in-days <days>', 'lifetime of the secret, at most 1096', positiveNumber)
    .option('--show', 'print the secret: it is kept nowhere')
    .action(async (connection, _, command) => {
      const options = command.optsWithGlobals();
      checkShown('secret', false, options.show);
      const { admin } = await findDeployment(options);
      const { name, scope, accessToken } = options;
      const { secret, ...client } = await admin.oauth.createClient(connection, {
        ...(name === undefined ? {} : { displayName: name }),
        ...(scope === undefined ? {} : { scopes: scope }),
        ...(accessToken === undefined ? {} : { accessTokenSeconds: accessToken }),
        ...lifetime(options.expiresInDays),
      });
      printResult(options.json, { ...client, secret }, () => {
        printFields({
          'Client id': client.id,
          ...secretFields(secret),
          'Token endpoint': client.tokenEndpoint,
        });
        note('\nEnter client id, secret and token endpoint in the identity provider.');
      });
    });
}

function addSecretCommands(clients: Program): void {
  clients
    .command('add-secret')
    .description('Create a second secret of a client; both work until one is deleted or expires')
    .argument('<connection>', 'id of the connection')
    .argument('<client>', 'id of the client')
    .option('--expires-in-days <days>', 'lifetime, at most 1096', positiveNumber)
    .option('--show', 'print the secret: it is kept nowhere')
    .action(async (connection, client, _, command) => {
      const options = command.optsWithGlobals();
      checkShown('secret', false, options.show);
      const { admin } = await findDeployment(options);
      const settings = lifetime(options.expiresInDays);
      const secret = await admin.oauth.createSecret(connection, client, settings);
      printResult(options.json, secret, () => {
        printFields(secretFields(secret));
      });
    });

  clients
    .command('delete-secret')
    .description('Delete a secret of a client, with the access tokens issued for it')
    .argument('<connection>', 'id of the connection')
    .argument('<client>', 'id of the client')
    .argument('<secret>', 'id of the secret')
    .option('--yes', 'do not ask')
    .action(async (connection, client, secret, _, command) => {
      const options = command.optsWithGlobals();
      const { admin } = await findDeployment(options);
      await confirmed(`Delete secret ${secret} of ${client}? Its requests fail.`, options.yes);
      await admin.oauth.deleteSecret(connection, client, secret);
      printResult(options.json, { deleted: secret }, () => {
        print(`Secret ${secret} is deleted.`);
      });
    });
}

function secretFields({ id, value, expiresAt }: NewOAuthClientSecret): Record<string, string> {
  return { Secret: value, 'Secret id': id, Expires: timeText(expiresAt) };
}

function lifetime(expiresInDays: number | undefined): { readonly expiresInDays?: number } {
  return expiresInDays === undefined ? {} : { expiresInDays };
}
