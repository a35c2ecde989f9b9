import { variable } from '../runtime/environment';

/* Commands for operators, ready to be pasted into a shell. */

/** Returns a command of `cdk-scim` for this deployment. */
export function cliCommand(adminUrl: string, command: string): string {
  // The host of a domain of its own does not name the region.
  return `npx cdk-scim ${command} --admin-url '${adminUrl}' ${regionFlag()}`;
}

function regionFlag(): string {
  return `--region ${variable('AWS_REGION')}`;
}

/** Shows a connection's log. @param filter options such as `--failed` */
export function logCommand(adminUrl: string, id: string, filter = ''): string {
  return cliCommand(adminUrl, `log ${id} ${filter}`.trimEnd());
}

/** Reads a connection's current token. */
export function readTokenCommand(secretName: string): string {
  const read = `aws secretsmanager get-secret-value --secret-id '${secretName}' ${regionFlag()}`;
  return `${read} --query SecretString --output text`;
}
