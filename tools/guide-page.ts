import type { Block, Field, Guide } from '../idp/guides/guide';
import { MAPPING_ROWS } from '../idp/guides/mapping-rows';

/** Returns a page of docs/guides, as Markdown that is not formatted yet. */
export function guidePage(identityProvider: string, guide: Guide): string {
  const { title, role, duration, sections, troubleshooting, rotation, sources } = guide;
  return [
    `# ${title}`,
    `This guide connects ${INTRODUCED[guide.file] ?? title}. It takes ${duration}. The portal ` +
      'shows the same steps with the values of a connection: ' +
      '[give your customers a setup link](portal.md).',
    '## Prerequisites',
    prerequisites(identityProvider, role),
    ...sections.flatMap((section, index) => [
      `## ${index + 1}. ${section.title}`,
      ...section.blocks.map((block) => blockText(block, guide)),
    ]),
    '## Troubleshooting',
    ...troubleshooting.map((block) => blockText(block, guide)),
    'The [guides overview](README.md#troubleshooting) explains the status codes. Operators see ' +
      'each failed request in the [provisioning log](README.md#troubleshooting).',
    '## Replace the token',
    'Create a new token with an overlap, so that no sync fails: in the portal, in the console, ' +
      'or with the [admin API](tokens.md#issue-rotate-and-revoke).',
    ...rotation.map((block) => blockText(block, guide)),
    '## Sources',
    sources.map((source) => `- ${source}`).join('\n'),
    `_This page is generated from \`idp/guides/${guide.file}.ts\` with \`npm run docs:guides\`._`,
  ].join('\n\n');
}

/** The names in the sentence that begins a page, where the title does not fit. */
const INTRODUCED: Readonly<Record<string, string>> = {
  generic: 'a client that has no guide of its own',
};

function prerequisites(identityProvider: string, role: string): string {
  const named = role.startsWith('an ') ? role : `the role ${role}`;
  return [
    `- You need ${named}.`,
    '- You need the base URL (`scimBaseUrl`) and the bearer token (`token.value`) of a ' +
      'connection. An operator [creates the connection](README.md#create-a-connection) in the ' +
      'console, or with the command of the package:',
    '',
    '  ```sh',
    `  npx cdk-scim connections create "Acme" --id acme --idp ${identityProvider} --stack <stack>`,
    '  ```',
    '',
    '  To provision users only, add `--users-only`. `npx cdk-scim guide --connection acme` shows ' +
      'the steps below with the values of the connection.',
  ].join('\n');
}

function blockText(block: Block, guide: Guide): string {
  if (typeof block === 'string') return block;
  if ('fields' in block) {
    return table(
      ['Field', 'Value'],
      block.fields.map((field) => [field.label, valueText(field)]),
    );
  }
  if ('mappingTable' in block) return mappingTable(guide);
  if ('usersOnly' in block) return `**For users only.** ${block.usersOnly}`;
  if ('withGroups' in block) return `**With groups.** ${block.withGroups}`;
  if ('customAttributes' in block) return customAttributes(block.customAttributes);
  if ('columns' in block) return table(block.columns, block.rows);
  return `\`\`\`${block.language}\n${block.code}\n\`\`\``;
}

const EXAMPLE_URN = 'urn:ietf:params:scim:schemas:extension:acme:2.0:User';

function customAttributes(text: string): string {
  return [
    'An operator adds a [schema extension](../reference/admin-api.md#extensions-of-your-own) to ' +
      'the connection, once:',
    [
      '```sh',
      'npx cdk-scim api PUT --stack <stack> \\',
      `  /connections/acme/schemas/${EXAMPLE_URN} \\`,
      '  --body \'{"name": "Acme", "attributes": [{"name": "jobRole"}, {"name": "company"}]}\'',
      '```',
    ].join('\n'),
    'The full name of the attribute `jobRole` is then ' + `\`${EXAMPLE_URN}:jobRole\`.`,
    text,
  ].join('\n\n');
}

function valueText({ value }: Field): string {
  if (typeof value === 'string') return value;
  return value.is === 'baseUrl' ? '`scimBaseUrl`' : '`token.value`';
}

function mappingTable({ name, mapping }: Guide): string {
  const hasOwn = Object.keys(mapping).length > 0;
  return table(
    ['Shown as', 'SCIM attribute', ...(hasOwn ? [`${name} attribute`] : [])],
    MAPPING_ROWS.map(({ path, shownAs }) => [
      shownAs,
      `\`${path}\``,
      ...(hasOwn ? [mapping[path] === undefined ? '–' : `\`${mapping[path]}\``] : []),
    ]),
  );
}

function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  return [columns, columns.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}
