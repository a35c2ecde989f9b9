import type { CommandUnknownOpts, Option } from '@commander-js/extra-typings';
import { createCommand } from '../cli/command';
import { text } from '../idp/guides/guide';

const INTRODUCTION = text`
  \`npx cdk-scim\` comes with the package: run it in the folder of your CDK app, or in this
  repository. It does the daily work of operators; most of it is also a
  call of the [admin API](admin-api.md) or the [application API](application-api.md).`;

const EXAMPLES = [
  'npx cdk-scim connections create "Acme" --id acme --idp entra --stack <stack>',
  "npx cdk-scim portal-link acme --stack <stack>    # a link for Acme's administrator",
  'npx cdk-scim log acme --failed --stack <stack>   # why a sync failed, and what to do about it',
  'npx cdk-scim tokens rotate acme --stack <stack>  # a new token, while the earlier one works',
].join('\n');

const RULES = text`
  - **The deployment** is that of \`--stack\`, whose outputs the command reads with
  CloudFormation, or that of \`--admin-url\`, or else the local system that \`npm start\` runs. The
  environment variables \`CDK_SCIM_STACK\` and \`CDK_SCIM_ADMIN_URL\` do the same. An app of your
  own needs no outputs, because every REST API has one. With a domain of its own, it needs
  \`AdminUrl\`; \`seed\` and \`verify\` need \`TableName\` or \`--table\`.
  - **Credentials** are those that the AWS CLI would use. They need \`execute-api:Invoke\` on the
  API, and \`cloudformation:DescribeStacks\` for \`--stack\`.
  - **Tokens and secrets** are printed only with \`--show\`. What could not be read later is not
  created without it. \`api\` prints the answer as it is.
  - **Output** is for people: tables, with relative times and colors on a terminal. \`--json\`
  prints JSON, and one line of JSON for each entry of \`log\` and \`events\`.
  - **Exit codes**: 0 done, 1 findings, 2 the command or what it asks for is wrong, 3 the
  deployment cannot be reached or refuses the credentials.`;

/** Returns the page docs/reference/command.md, as Markdown that is not formatted yet. */
export function commandPage(): string {
  const program = createCommand();
  return [
    '# Command',
    INTRODUCTION,
    `\`\`\`sh\n${EXAMPLES}\n\`\`\``,
    RULES,
    '## Options of every command',
    optionTable(program.options),
    ...program.commands.flatMap((command) => sections(command, [])),
    '_This page is generated from `cli` with `npm run docs:guides`._',
  ].join('\n\n');
}

/** Describes a command and those below it. @param path the names of the commands above it */
function sections(command: CommandUnknownOpts, path: readonly string[]): readonly string[] {
  const names = [...path, command.name()];
  const isLeaf = command.commands.length === 0;
  const usage = ['npx cdk-scim', ...names, command.usage().replace('[options] ', '')].join(' ');
  return [
    `${'#'.repeat(names.length + 1)} ${names.join(' ')}`,
    `${command.description()}.`.replace(/\.\.$/, '.'),
    ...(isLeaf ? [`\`\`\`sh\n${usage.replace(' [options]', '')}\n\`\`\``] : []),
    ...(isLeaf ? [settings(command)] : []),
    ...command.commands.flatMap((each) => sections(each, names)),
  ];
}

function settings(command: CommandUnknownOpts): string {
  const rows = command.registeredArguments.map((argument) => {
    const name = argument.required ? `<${argument.name()}>` : `[${argument.name()}]`;
    return `| \`${name}\` | ${meaning(argument)} |`;
  });
  if (rows.length === 0 && command.options.length === 0) return '';
  return optionTable(command.options, rows);
}

function optionTable(options: readonly Option[], rows: readonly string[] = []): string {
  const described = options.map((option) => `| \`${option.flags}\` | ${meaning(option)} |`);
  return ['| | meaning |', '| --- | --- |', ...rows, ...described].join('\n');
}

/** Returns the description of an argument or option, with what it accepts. */
function meaning({
  description,
  argChoices = [],
  defaultValue,
}: {
  readonly description: string;
  readonly argChoices?: readonly string[] | undefined;
  readonly defaultValue?: unknown;
}): string {
  const choices = argChoices.map((choice) => `\`${choice}\``).join(', ');
  const isShown = typeof defaultValue === 'number' || typeof defaultValue === 'string';
  return [
    description,
    ...(choices === '' ? [] : [`one of ${choices}`]),
    ...(isShown ? [`by default \`${defaultValue}\``] : []),
  ]
    .join('; ')
    .replaceAll('|', '\\|')
    .replaceAll('<time>', '`<time>`');
}
