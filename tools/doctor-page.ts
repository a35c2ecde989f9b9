import type { Diagnosis } from '../cli/doctor/finding';
import { SERVER_DIAGNOSES } from '../cli/doctor/identity-provider/diagnoses';
import { DEPLOYMENT_DIAGNOSES } from '../cli/doctor/operator/diagnoses';
import { text } from '../idp/guides/guide';

const INTRODUCTION = text`
  \`npx cdk-scim doctor\` reports what breaks a sync, or soon will, and what to do about it. It
  exits with 1 if it finds something. It works in two directions: in a deployment as its operator,
  and towards any SCIM server as an identity provider.`;

const OPERATOR = text`
  Without \`--url\`, it examines a deployment and changes nothing. The admin API tells about the
  tokens, the use and the failures of all enabled connections, and about webhooks. With
  \`--stack\`, AWS tells about alarms, SES, secrets and declared connections, and the table is
  verified.`;

const OPERATOR_EXAMPLE = 'npx cdk-scim doctor --stack Scim';

const OPERATOR_RULES = text`
  - It says which parts it could not check, for example because a permission is missing. It calls
  \`cloudformation:GetTemplate\`, \`ListStackResources\` and \`DescribeStacks\`,
  \`cloudwatch:DescribeAlarms\`, \`secretsmanager:ListSecrets\` and
  \`DescribeSecret\`, \`ses:GetAccount\` and
  \`GetEmailIdentity\`, and reads and scans the table. For the admin API, \`grantRead\` suffices.
  - \`--no-verify\` leaves out the table, which is read as a whole: a table of several gigabytes
  takes minutes.
  - \`npm start\` has no stack. Add \`--table scim --dynamodb http://127.0.0.1:<port>\` to verify
  its table.`;

const SERVER = text`
  With \`--url\`, it acts as an identity provider towards any SCIM server, this service or another.
  It plays the connection test of the provider, creates temporary users and a group, changes,
  deactivates, reactivates and deletes them with the requests that the provider sends, and checks
  discovery, pages, TLS and the time of answers. What it created is deleted also if a step fails.`;

const SERVER_EXAMPLE =
  'CDK_SCIM_TOKEN=scim_… npx cdk-scim doctor --url https://…/v2/connections/acme --as entra';

const SERVER_RULES = text`
  - \`--as\` names the provider; \`--users-only\` leaves groups out.
  - The token is best passed as \`CDK_SCIM_TOKEN\`: other users of the machine can see options.
  - Run it against a test connection if your application acts on new users: for some seconds, it
  sees users named \`doctor-…@example.com\`.`;

/** Returns the page docs/reference/doctor.md, as Markdown that is not formatted yet. */
export function doctorPage(): string {
  return [
    '# Doctor',
    INTRODUCTION,
    '## As the operator',
    OPERATOR,
    example(OPERATOR_EXAMPLE),
    OPERATOR_RULES,
    ...Object.values(DEPLOYMENT_DIAGNOSES).map((each) => section(each, 'What follows')),
    '## As an identity provider',
    SERVER,
    example(SERVER_EXAMPLE),
    SERVER_RULES,
    ...Object.values(SERVER_DIAGNOSES).map((each) => section(each, 'The identity provider')),
    '_This page is generated from the tables in `cli/doctor` with `npm run docs:guides`._',
  ].join('\n\n');
}

function example(command: string): string {
  return `\`\`\`sh\n${command}\n\`\`\``;
}

function section({ id, title, consequence, remedy, source }: Diagnosis, heading: string): string {
  return [
    `### ${id}: ${title}`,
    `**${heading}**: ${consequence}`,
    `**What to do**: ${remedy}`,
    `[Source](${source})`,
  ].join('\n\n');
}
