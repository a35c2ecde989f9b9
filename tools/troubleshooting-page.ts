import { CAUSES, type Cause } from '../idp/explanations/causes';
import { consoleOf } from '../idp/explanations/console';
import { explain, explanationOf } from '../idp/explanations/explanations';

/** What administrators see where, of causes that they meet as something else. */
const SEEN: Readonly<Partial<Record<Cause, string>>> = {
  tokenRefused:
    'After a rotation, or when a token has expired: Test Connection says that the credentials are not valid, every request is answered 401, Entra ID goes into quarantine.',
  groupsOff: 'Pushed groups fail with 501 while users go on.',
  duplicateUser: 'A user who is created again, by hand or by another application, is refused with 409.',
  missingValue: 'A user without the attribute that userName is mapped from.',
  wrongValue: 'Often a mapping of `emails[type eq "work"].value`, or true and false as words.',
  unsupported:
    'Test Connection says 404: the tenant URL is wrong. What API Gateway refuses before it reaches a function is in no log here; its answer says that there is nothing at this URL.',
  busy: 'Rate limits: API Gateway answers 429 with `Retry-After` past `throttling` of the construct, functions 503 when the table does not take more.',
};

/** Attributes that failures of a cause are often about. */
const EXAMPLES: Readonly<Partial<Record<Cause, string>>> = {
  duplicateUser: 'userName',
  missingValue: 'userName',
  wrongValue: 'emails',
  wrongPath: 'favoriteColor',
  noTarget: 'emails',
  immutableValue: 'groups',
};

/** The page docs/troubleshooting.md. */
export function troubleshooting(): string {
  return `# Troubleshooting

Why requests of identity providers fail, and what to do. Each failed request is in the connection's log with one of these causes, the attribute that it is about, whom it is about, and what to do in the words of its identity provider:

\`\`\`sh
awscurl --service execute-api "$ADMIN_URL/connections/acme/requests?status=failed"
awscurl --service execute-api "$ADMIN_URL/connections/acme/requests?status=failed&userName=bjensen@example.com"   # why did this user fail
\`\`\`

Where a cause is about an attribute, the one here is an example. The log also has what was changed ([admin API](admin-api.md#the-provisioning-log)), such as who deactivated somebody, and when. This page is made of the same table (\`npm run docs:troubleshooting\`).

${CAUSES.map(section).join('\n')}`;
}

function section(cause: Cause): string {
  const attribute = EXAMPLES[cause];
  const { title, meaning, remedy } = explain(cause, 'generic', attribute);
  const seen = SEEN[cause];
  const own = Object.keys(explanationOf(cause).remedies ?? {}).map(
    (name) => `- **${consoleOf(name).name}**: ${explain(cause, name, attribute).remedy}`,
  );
  return [
    `## ${title}\n`,
    `\`${cause}\`. ${meaning}\n`,
    ...(seen === undefined ? [] : [`${seen}\n`]),
    `${remedy}\n`,
    ...(own.length === 0 ? [] : [`${own.join('\n')}\n`]),
  ].join('\n');
}
