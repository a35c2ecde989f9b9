import { Option } from '@commander-js/extra-typings';
import type { Connection, ConnectionDeletion } from '../../client';
import { GUIDES } from '../../idp/guides/registry';
import { findDeployment } from '../deployment';
import { UsageError } from '../errors';
import {
  note,
  print,
  printFields,
  printJson,
  printResult,
  printTable,
  timeText,
} from '../output/output';
import type { Program } from '../program';
import { askChoice, askText, confirmedByName } from '../prompts';
import { settingsOf, withSettings } from './connection-settings';
import { hint } from './hint';
import { listed } from './listed';
import { checkShown, tokenFields, withoutValue } from './new-token';

/** The settings that `update --reset` takes, with their names in the API. */
const RESETTABLE = {
  idp: 'identityProvider',
  'acts-as': 'actsAs',
  groups: 'groups',
  'user-deletion': 'userDeletion',
  'mail-to': 'failureMail',
  'token-expires-in-days': 'tokenExpiresInDays',
  rotation: 'rotation',
  'rate-limit': 'rateLimit',
  adoption: 'adoption',
  'verified-domain': 'verifiedDomains',
} as const;

/** Adds `connections`. */
export function addConnections(program: Program): void {
  const connections = program
    .command('connections')
    .description('Create, change and delete connections: one for each identity provider');

  connections
    .command('list')
    .description('List all connections')
    .action(async (_, command) => {
      const options = command.optsWithGlobals();
      const { admin } = await findDeployment(options);
      const found = await listed(admin.connections());
      printResult(options.json, found, () => {
        printTable(
          ['ID', 'NAME', 'IDENTITY PROVIDER', 'STATE', 'CREATED'],
          found.map((each) => [
            each.id,
            each.displayName,
            'deletion' in each ? '' : each.identityProvider,
            stateOf(each),
            'deletion' in each ? '' : timeText(each.createdAt),
          ]),
          `There are no connections. Create one with: ${hint(options, 'connections create')}`,
        );
      });
    });

  connections
    .command('show')
    .description('Show the settings and the base URL of a connection')
    .argument('<connection>', 'its id')
    .action(async (id, _, command) => {
      const options = command.optsWithGlobals();
      const { admin } = await findDeployment(options);
      show(await admin.connection(id), options.json);
    });

  withSettings(
    connections
      .command('create')
      .description('Create a connection and its token; asks for what is missing')
      .argument('[name]', 'the name that people read, such as "Acme"')
      .option('--id <id>', 'id, part of the base URL (default: random)'),
  )
    .option('--no-secret', 'keep the token nowhere, also not in Secrets Manager; needs --show')
    .option('--show', 'print the token')
    .action(async (name, _, command) => {
      const options = command.optsWithGlobals();
      const { id, secret, json, show: isShown } = options;
      const settings = settingsOf(options);
      checkShown('token', secret, isShown);
      const { admin } = await findDeployment(options);
      const displayName =
        name ??
        (await askText('Name of the customer?', 'The name is missing, as in: create "Acme"'));
      const identityProvider = settings.identityProvider ?? (await askIdentityProvider());
      const created = await admin.createConnection({
        ...settings,
        displayName,
        ...(identityProvider === undefined ? {} : { identityProvider }),
        ...(id === undefined ? {} : { id }),
        secret,
      });
      const { token, ...connection } = created;
      if (json === true) {
        printJson({ ...connection, token: withoutValue(token, isShown) });
        return;
      }
      printFields({
        Connection: connection.id,
        'Base URL': connection.scimBaseUrl,
        ...tokenFields(token, connection.secretName, isShown),
      });
      note(
        [
          "\nLet the customer's administrator set it up:",
          `  ${hint(options, `portal-link ${connection.id}`)}`,
          'or follow the steps yourself:',
          `  ${hint(options, `guide --connection ${connection.id}`)}`,
        ].join('\n'),
      );
    });

  withSettings(
    connections
      .command('update')
      .description('Change settings of a connection')
      .argument('<connection>', 'its id')
      .option('--name <name>', 'the name that people read')
      .option('--with-groups', 'provision groups')
      .option('--no-mail', 'send no mails about the connection'),
  )
    .addOption(
      new Option('--reset <setting...>', 'restore defaults').choices(Object.keys(RESETTABLE)),
    )
    .action(async (id, _, command) => {
      const options = command.optsWithGlobals();
      const { name, withGroups, usersOnly, mail, mailTo, reset = [] } = options;
      if (withGroups === true && usersOnly === true) {
        throw new UsageError('Use either --with-groups or --users-only.');
      }
      if (!mail && mailTo !== undefined) throw new UsageError('Use either --no-mail or --mail-to.');
      const settings = settingsOf(options);
      const resets = Object.entries(RESETTABLE).filter(([each]) => reset.includes(each));
      const [both] = resets.find(([, field]) => field in settings) ?? [];
      if (both !== undefined) throw new UsageError(`${both} cannot be set and reset at once.`);
      const change = {
        ...settings,
        ...(name === undefined ? {} : { displayName: name }),
        ...(withGroups === undefined ? {} : { groups: true }),
        ...(mail ? {} : { failureMail: { recipients: [] } }),
        ...Object.fromEntries(resets.map(([, field]) => [field, null])),
      };
      if (Object.keys(change).length === 0) {
        throw new UsageError('There is nothing to change. Add --help for the settings.');
      }
      const { admin } = await findDeployment(options);
      show(await admin.updateConnection(id, change), options.json);
    });

  connections
    .command('disable')
    .description('Refuse all requests of a connection until it is enabled again')
    .argument('<connection>', 'its id')
    .action(async (id, _, command) => {
      const options = command.optsWithGlobals();
      const { admin } = await findDeployment(options);
      const connection = await admin.updateConnection(id, { enabled: false });
      printResult(options.json, connection, () => {
        print(`${id} is disabled: its identity provider gets 403.`);
        note(`Enable it again with: ${hint(options, `connections enable ${id}`)}`);
      });
    });

  connections
    .command('enable')
    .description('Accept requests of a connection again')
    .argument('<connection>', 'its id')
    .action(async (id, _, command) => {
      const options = command.optsWithGlobals();
      const { admin } = await findDeployment(options);
      const connection = await admin.updateConnection(id, { enabled: true });
      printResult(options.json, connection, () => {
        print(`${id} is enabled.`);
      });
    });

  connections
    .command('delete')
    .description('Delete a connection with all its resources')
    .argument('<connection>', 'its id')
    .option('--yes', 'do not ask')
    .action(async (id, _, command) => {
      const options = command.optsWithGlobals();
      const { admin } = await findDeployment(options);
      const { displayName } = await admin.connection(id);
      const question = `Delete ${id} (${displayName}) with all its resources for ever?`;
      await confirmedByName(question, id, options.yes);
      const deletion = await admin.deleteConnection(id);
      printResult(options.json, deletion, () => {
        print(`${id} is deleted. Its data is being removed in the background.`);
      });
    });
}

function askIdentityProvider(): Promise<string | undefined> {
  const choices = Object.entries(GUIDES).map(([value, { title, about }]) => ({
    value,
    label: title,
    hint: about,
  }));
  return askChoice('Which identity provider is it?', choices);
}

function stateOf(connection: Connection | ConnectionDeletion): string {
  if ('deletion' in connection) return 'deleting';
  return connection.enabled ? 'enabled' : 'disabled';
}

function show(connection: Connection | ConnectionDeletion, json: true | undefined): void {
  if (json === true) printJson(connection);
  else if ('deletion' in connection) {
    const { startedAt, removed, resources } = connection.deletion;
    printFields({
      Connection: connection.id,
      Name: connection.displayName,
      State: 'deleting',
      Since: timeText(startedAt),
      Removed: `${removed} of ${resources ?? 'an unknown number of'} resources`,
    });
  } else printFields(settingFields(connection));
}

function settingFields(connection: Connection): Record<string, string | undefined> {
  const { rotation, rateLimit, failureMail, unusedToken, verifiedDomains = [] } = connection;
  return {
    Connection: connection.id,
    Name: connection.displayName,
    State: stateOf(connection),
    'Acts as': connection.actsAs,
    'Identity provider': connection.identityProvider,
    'Base URL': connection.scimBaseUrl,
    Secret: connection.secretName ?? 'none',
    Groups: connection.groups ? 'yes' : 'no, users only',
    'Deleted users': connection.userDeletion === 'retain' ? 'retained' : 'erased',
    'Mails to':
      failureMail === undefined
        ? "the deployment's recipients"
        : failureMail.recipients.join(', ') || 'nobody',
    'Tokens end after': `${connection.tokenExpiresInDays} days`,
    Rotation:
      rotation === undefined
        ? 'none'
        : `every ${rotation.everyDays} days, overlap ${rotation.overlapDays ?? 7} days`,
    'Rate limit':
      rateLimit === undefined
        ? undefined
        : `${rateLimit.requestsPerSecond} requests per second` +
          (rateLimit.burst === undefined ? '' : `, burst ${rateLimit.burst}`),
    Adoption: connection.adoption,
    'Verified domains': verifiedDomains.join(', ') || undefined,
    Extensions: connection.schemas.join(', ') || undefined,
    'Declared by': connection.declaredBy,
    Created: timeText(connection.createdAt),
    Attention:
      unusedToken === undefined
        ? undefined
        : `the identity provider still uses token ${unusedToken.usedInstead}, which ends ` +
          `${timeText(unusedToken.endsAt)}, instead of ${unusedToken.id}`,
  };
}
