import { variable } from '../runtime/environment';

/* Commands for operators, ready to be pasted into a shell. */

/** Both tools need the region: awscurl signs for us-east-1 without it. */
function regionFlag(): string {
  return `--region ${variable('AWS_REGION')}`;
}

/** Returns the start of a command that calls the admin API. */
export function awscurl(): string {
  return `awscurl ${regionFlag()} --service execute-api`;
}

/** Shows a connection's log. @param query filters it, such as `?status=failed` */
export function logCommand(adminUrl: string, id: string, query = ''): string {
  return `${awscurl()} '${adminUrl}/connections/${id}/requests${query}'`;
}

/** Reads a connection's current token. */
export function readTokenCommand(secretName: string): string {
  const read = `aws secretsmanager get-secret-value --secret-id '${secretName}' ${regionFlag()}`;
  return `${read} --query SecretString --output text`;
}

/** Issues a token. @param options as `POST /connections/{id}/tokens` takes them */
export function issueTokenCommand(adminUrl: string, id: string, options: object): string {
  const url = `${adminUrl}/connections/${id}/tokens`;
  return `${awscurl()} -X POST '${url}' -d '${JSON.stringify(options)}'`;
}

/** Changes a connection's settings. @param settings as `PATCH /connections/{id}` takes them */
export function settingsCommand(adminUrl: string, id: string, settings: object): string {
  const url = `${adminUrl}/connections/${id}`;
  return `${awscurl()} -X PATCH '${url}' -d '${JSON.stringify(settings)}'`;
}
