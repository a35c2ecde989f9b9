import * as aws4 from 'aws4';

/** Credentials of a caller. The emulation takes `test` and account ids for root users. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export const ROOT_USER: Credentials = { accessKeyId: 'test', secretAccessKey: 'test' };

/** A request to an AWS API. */
export interface Call {
  readonly service: string;
  /** @default '/' */
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
  readonly credentials?: Credentials;
}

/** Sends a signed request to an AWS API. */
export async function callAws(endpoint: string, call: Call): Promise<Response> {
  const { service, path = '/', body, headers: unsigned = {}, credentials = ROOT_USER } = call;
  const { host } = new URL(endpoint);
  const { headers } = aws4.sign(
    { host, path, method: 'POST', headers: { ...unsigned }, body, service, region: 'us-east-1' },
    credentials,
  );
  const signed = Object.entries(headers ?? {}).map(([key, value]) => [key, String(value)]);
  return fetch(`${endpoint}${path}`, { method: 'POST', headers: Object.fromEntries(signed), body });
}

/**
 * Calls an operation of an API with the JSON protocol.
 * @param target such as `secretsmanager.GetSecretValue`
 * @throws Error with the response if it fails
 */
export async function callJson(
  endpoint: string,
  service: string,
  target: string,
  input: object,
): Promise<Readonly<Record<string, unknown>>> {
  const version = service === 'dynamodb' ? '1.0' : '1.1';
  const headers = { 'Content-Type': `application/x-amz-json-${version}`, 'X-Amz-Target': target };
  const answer = await callAws(endpoint, { service, headers, body: JSON.stringify(input) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${target} failed: ${text}`);
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
}

/** Returns the current value of a secret. */
export async function secretValue(endpoint: string, name: string): Promise<string> {
  const target = 'secretsmanager.GetSecretValue';
  const { SecretString: value } = await callJson(endpoint, 'secretsmanager', target, {
    SecretId: name,
  });
  return String(value);
}

/**
 * Calls an operation of IAM, which has the query protocol.
 * @returns the XML of the response
 */
export async function callIam(
  endpoint: string,
  action: string,
  parameters: Readonly<Record<string, string>>,
): Promise<string> {
  const body = new URLSearchParams({ Action: action, Version: '2010-05-08', ...parameters });
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
  const answer = await callAws(endpoint, { service: 'iam', headers, body: body.toString() });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${action} failed: ${text}`);
  return text;
}

/**
 * Invokes a function.
 * @throws Error with the function's error
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */
export async function invoke(endpoint: string, name: string, event: object): Promise<void> {
  const answer = await callAws(endpoint, {
    service: 'lambda',
    path: `/2015-03-31/functions/${name}/invocations`,
    body: JSON.stringify(event),
  });
  if (answer.headers.get('x-amz-function-error') !== null)
    throw new Error(`${name} failed: ${await answer.text()}`);
}

/** @throws Error with the problem unless the condition holds */
export function check(condition: boolean, problem: string): void {
  if (!condition) throw new Error(problem);
}
