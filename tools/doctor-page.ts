import { DIAGNOSES, type Diagnosis } from '../cli/doctor/diagnoses';
import { text } from '../idp/guides/guide';

const INTRODUCTION = text`
  \`npx cdk-scim doctor\` acts as an identity provider towards any SCIM server, this service or
  another. It plays the connection test of the provider, creates temporary users and a group,
  changes, deactivates, reactivates and deletes them with the requests that the provider sends, and
  checks discovery, pages, TLS and the time of answers. What it created is deleted also if a step
  fails. It exits with 1 if it finds something.`;

const EXAMPLE =
  'CDK_SCIM_TOKEN=scim_… npx cdk-scim doctor --url https://…/v2/connections/acme --as entra';

const RULES = text`
  - \`--as\` names the provider; \`--users-only\` leaves groups out.
  - The token is best passed as \`CDK_SCIM_TOKEN\`: other users of the machine can see options.
  - Run it against a test connection if your application acts on new users: for some seconds, it
  sees users named \`doctor-…@example.com\`.`;

/** Returns the page docs/reference/doctor.md, as Markdown that is not formatted yet. */
export function doctorPage(): string {
  return [
    '# Doctor',
    INTRODUCTION,
    `\`\`\`sh\n${EXAMPLE}\n\`\`\``,
    RULES,
    '## Findings',
    ...Object.values(DIAGNOSES).map(section),
    '_This page is generated from `cli/doctor/diagnoses.ts` with `npm run docs:guides`._',
  ].join('\n\n');
}

function section({ id, title, consequence, remedy, source }: Diagnosis): string {
  return [
    `### ${id}: ${title}`,
    `**The identity provider**: ${consequence}`,
    `**What to do**: ${remedy}`,
    `[Source](${source})`,
  ].join('\n\n');
}
