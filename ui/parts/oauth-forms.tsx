import type { FC } from 'hono/jsx';
import type { NewOAuthClient, NewSecret, TrustInfo } from '../data';
import { CallError, post, type Backend } from '../web/backend';
import type { Fields } from '../web/respond';
import { Form, Select, TextField, type FormState } from './forms';

/* The forms for OAuth clients and trust, and the calls that they lead to. */

const LIFETIMES = [
  ['365', '1 year'],
  ['730', '2 years'],
  ['1095', '3 years'],
] as const;

interface FormProps {
  readonly state: FormState;
  readonly action: string;
  /** The values that were typed, if the form was refused. */
  readonly fields: Fields | undefined;
}

/** A form that creates a client. `latestSecret` makes it create one only once. */
export const NewClientForm: FC<FormProps & { readonly latestSecret: string }> = ({
  state,
  action,
  fields,
  latestSecret,
}) => (
  <Form state={state} action={action} class="form">
    <input type="hidden" name="follows" value={latestSecret} />
    <TextField
      label="Name"
      name="displayName"
      state={state}
      value={fields?.('displayName') ?? ''}
      hint="For people, such as the name of the application in Entra ID."
    />
    <Select
      label="The secret lasts"
      name="lifetime"
      state={state}
      value={fields?.('lifetime') ?? '365'}
      options={LIFETIMES}
    />
    <div class="actions">
      <button class="primary">Create the client</button>
    </div>
  </Form>
);

/** A form that names the issuer to trust. */
export const TrustForm: FC<FormProps> = ({ state, action, fields }) => (
  <Form state={state} action={action} class="form">
    <TextField
      label="Issuer"
      name="issuer"
      state={state}
      required
      value={fields?.('issuer') ?? ''}
      hint="https://login.microsoftonline.com/<tenant id>/v2.0"
    />
    <TextField
      label="Subject"
      name="subject"
      state={state}
      value={fields?.('subject') ?? ''}
      hint="The object id of the workload identity."
    />
    <TextField
      label="Audience"
      name="audience"
      state={state}
      value={fields?.('audience') ?? ''}
      hint="Such as api://<application id>."
    />
    <div class="actions">
      <button class="primary">Trust this issuer</button>
    </div>
  </Form>
);

/** Creates a client from its form. @param path of the connection's OAuth settings */
export function createClient(
  backend: Backend,
  path: string,
  fields: Fields,
): Promise<NewOAuthClient | CallError> {
  const displayName = fields('displayName');
  return backend.submit<NewOAuthClient>(
    post(`${path}/clients`, {
      follows: fields('follows'),
      expiresInDays: Number(fields('lifetime')),
      ...(displayName === '' ? {} : { displayName }),
    }),
  );
}

/** Adds a secret to the client in a form. @param path of the connection's OAuth settings */
export function createSecret(
  backend: Backend,
  path: string,
  fields: Fields,
): Promise<NewSecret | CallError> {
  const client = encodeURIComponent(fields('client'));
  const body = { follows: fields('follows') };
  return backend.submit<NewSecret>(post(`${path}/clients/${client}/secrets`, body));
}

/** Deletes the secret in a form, or the client if the form names no secret. */
export async function deleteCredential(
  backend: Backend,
  path: string,
  fields: Fields,
): Promise<void> {
  const [client, secret] = [fields('client'), fields('secret')];
  const below = secret === '' ? '' : `/secrets/${encodeURIComponent(secret)}`;
  const address = `${path}/clients/${encodeURIComponent(client)}${below}`;
  await backend.one({ method: 'DELETE', path: address });
}

/** Sets the trust in a form. @returns why it was refused, if it was */
export async function setTrust(
  backend: Backend,
  path: string,
  fields: Fields,
): Promise<CallError | undefined> {
  const [subject, audience] = [fields('subject'), fields('audience')];
  const body = {
    issuer: fields('issuer'),
    ...(subject === '' ? {} : { subject }),
    ...(audience === '' ? {} : { audiences: [audience] }),
  };
  const set = await backend.submit<TrustInfo>({ method: 'PUT', path: `${path}/trust`, body });
  return set instanceof CallError ? set : undefined;
}

/** Ends the trust. */
export async function endTrust(backend: Backend, path: string): Promise<void> {
  await backend.one({ method: 'DELETE', path: `${path}/trust` });
}
