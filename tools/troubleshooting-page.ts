import { consoleLabelsOf } from '../idp/explanations/console';
import { CAUSES, type Cause } from '../idp/explanations/explanation';
import { explain, explanationOf } from '../idp/explanations/explanations';

/** How administrators recognize a cause that shows up as something else. */
const SYMPTOMS: Readonly<Partial<Record<Cause, string>>> = {
  tokenRefused:
    'Typical after a rotation, or when a token has expired: Test Connection reports invalid ' +
    'credentials, every request is answered with 401, and Entra ID goes into quarantine.',
  groupsOff: 'Pushed groups fail with 501 while users are synced.',
  duplicateUser:
    'A user is created a second time, manually or by another application, and refused with 409.',
  missingValue: 'A user lacks the attribute that userName is mapped from.',
  wrongValue: 'Often a mapping of `emails[type eq "work"].value`, or true and false sent as words.',
  unsupported:
    'Test Connection reports 404: the tenant URL is wrong. Requests that API Gateway refuses ' +
    'before they reach a function are in no log here; the response says that nothing exists at ' +
    'the URL.',
  busy:
    'Rate limits: API Gateway answers 429 with `Retry-After` beyond the `throttling` of the ' +
    'construct; functions answer 503 when DynamoDB throttles the table.',
};

/** Attributes that failures with a cause are often about. */
const EXAMPLES: Readonly<Partial<Record<Cause, string>>> = {
  duplicateUser: 'userName',
  missingValue: 'userName',
  wrongValue: 'emails',
  wrongPath: 'favoriteColor',
  noTarget: 'emails',
  immutableValue: 'groups',
};

const INTRODUCTION =
  'This page explains why requests of identity providers fail and what to do about it. Every ' +
  'failed request is in the provisioning log of its connection: with one of the codes below as ' +
  'its `cause`, the attribute and the user or group concerned, and a remedy in the terms of the ' +
  'identity provider. SCIM responses carry the same code in the header `SCIM-Error-Code`.';

const NOTES =
  'Where an explanation mentions an attribute, it is an example. The log also shows changes, ' +
  'such as who deactivated a user and when ' +
  '([admin API](../reference/admin-api.md#the-provisioning-log)). ' +
  'This page is generated from `idp/explanations` with `npm run docs:troubleshooting`.';

/** Returns the page docs/operations/troubleshooting.md. */
export function troubleshooting(): string {
  return `# Troubleshooting

${INTRODUCTION}

\`\`\`sh
npx cdk-scim log acme --stack <stack> --failed
npx cdk-scim log acme --stack <stack> --user bjensen@example.com   # why did this user fail?
\`\`\`

${NOTES}

${CAUSES.map(section).join('\n')}`;
}

function section(cause: Cause): string {
  const attribute = EXAMPLES[cause];
  const { title, meaning, remedy } = explain(cause, 'generic', attribute);
  const symptom = SYMPTOMS[cause];
  const remedies = Object.keys(explanationOf(cause).remedies ?? {}).map(
    (name) => `- **${consoleLabelsOf(name).name}**: ${explain(cause, name, attribute).remedy}`,
  );
  return [
    `## ${title}\n`,
    `\`${cause}\`. ${meaning}\n`,
    ...(symptom === undefined ? [] : [`${symptom}\n`]),
    `${remedy}\n`,
    ...(remedies.length === 0 ? [] : [`${remedies.join('\n')}\n`]),
  ].join('\n');
}
