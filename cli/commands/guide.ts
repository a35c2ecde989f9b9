import { Argument } from '@commander-js/extra-typings';
import type { Connection } from '../../client';
import { blocksFor, type Block, type Field, type Guide } from '../../idp/guides/guide';
import { MAPPING_ROWS } from '../../idp/guides/mapping-rows';
import { guideOf } from '../../idp/guides/registry';
import { IDENTITY_PROVIDERS } from '../../idp/profiles/registry';
import { findDeployment } from '../deployment';
import { UsageError } from '../errors';
import { color, print, printJson, printTable } from '../output/output';
import type { Program } from '../program';

/** The values of a connection that a guide shows or depends on. */
type Values = Pick<Connection, 'groups' | 'schemas'> & {
  readonly scimBaseUrl: string;
  readonly token: string;
};

/** Stands for the values of a connection, as long as none is named. */
const NO_CONNECTION: Values = {
  groups: true,
  schemas: [],
  scimBaseUrl: '<base URL of the connection>',
  token: '<token of the connection>',
};

/** Adds `guide`. */
export function addGuide(program: Program): void {
  program
    .command('guide')
    .description('Show the steps in an identity provider, with the values of a connection')
    .addArgument(new Argument('[idp]', 'identity provider').choices(IDENTITY_PROVIDERS))
    .option('--connection <id>', 'connection whose values to show')
    .action(async (idp, _, command) => {
      const options = command.optsWithGlobals();
      const { connection: id } = options;
      if (id === undefined && idp === undefined) {
        throw new UsageError('Name an identity provider, such as "guide entra", or --connection.');
      }
      const connection = id === undefined ? undefined : await connectionOf(id, options);
      const guide = guideOf(idp ?? connection?.identityProvider ?? '');
      if (options.json === true) printJson(guide);
      else showGuide(guide, connection === undefined ? NO_CONNECTION : valuesOf(connection));
    });
}

/** @throws UsageError for a connection that is being deleted */
async function connectionOf(
  id: string,
  options: Parameters<typeof findDeployment>[0],
): Promise<Connection> {
  const { admin } = await findDeployment(options);
  const connection = await admin.connection(id);
  if ('deletion' in connection) throw new UsageError(`${id} is being deleted.`);
  return connection;
}

function valuesOf({ groups, schemas, scimBaseUrl, secretName }: Connection): Values {
  const token =
    secretName === undefined
      ? 'the token, as it was printed when it was issued'
      : `the value of the secret ${secretName} in Secrets Manager`;
  return { groups, schemas, scimBaseUrl, token };
}

function showGuide(guide: Guide, values: Values): void {
  print(color.bold(guide.title), `Role: ${guide.role}. Takes ${guide.duration}.`);
  const sections = guide.sections.filter(
    ({ on, blocks }) => on !== 'docs' && blocksFor(blocks, values).length > 0,
  );
  for (const [index, { title, blocks }] of sections.entries()) {
    print('', color.bold(`${index + 1}. ${title}`));
    for (const block of blocksFor(blocks, values)) showBlock(block, guide, values);
  }
}

function showBlock(block: Block, guide: Guide, values: Values): void {
  print('');
  if (typeof block === 'string') print(styled(block));
  else if ('fields' in block) {
    printTable(
      ['FIELD', 'VALUE'],
      block.fields.map((field) => [field.label, styled(valueText(field, values))]),
      '',
    );
  } else if ('mappingTable' in block) {
    printTable(
      ['SHOWN AS', 'SCIM ATTRIBUTE', `${guide.name.toUpperCase()} ATTRIBUTE`],
      MAPPING_ROWS.map(({ path, shownAs }) => [shownAs, path, guide.mapping[path] ?? '']),
      '',
    );
  } else if ('usersOnly' in block) print(styled(block.usersOnly));
  else if ('withGroups' in block) print(styled(block.withGroups));
  else if ('customAttributes' in block) {
    print(styled(block.customAttributes), ...values.schemas.map((urn) => `- ${urn}:<attribute>`));
  } else if ('columns' in block) {
    printTable(
      block.columns.map((column) => column.toUpperCase()),
      block.rows.map((cells) => cells.map(styled)),
      '',
    );
  } else print(block.code);
}

function valueText({ value }: Field, { scimBaseUrl, token }: Values): string {
  if (typeof value === 'string') return value;
  return value.is === 'baseUrl' ? scimBaseUrl : `${value.prefix ?? ''}${token}`;
}

/** Shows the emphasis of Markdown by colors, where there are any. */
function styled(markdown: string): string {
  if (!color.isColorSupported) return markdown;
  return markdown
    .replaceAll(/\*\*(.+?)\*\*/g, (_, text: string) => color.bold(text))
    .replaceAll(/`(.+?)`/g, (_, text: string) => color.cyan(text));
}
