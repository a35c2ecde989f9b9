import type { FC, PropsWithChildren } from 'hono/jsx';
import type { CallError } from '../web/backend';

/** State of a form: its anti-forgery token, and the problems of the fields that were sent. */
export interface FormState {
  readonly token: string;
  /** Problems by field; each completes a sentence that starts with the field's label. */
  readonly problems?: ReadonlyMap<string, string>;
}

/** Returns the state of a form. @param error why the form was refused, if it was */
export function formState(token: string, error: CallError | undefined): FormState {
  return error === undefined ? { token } : { token, problems: error.fields };
}

/** A form that changes something. */
export const Form: FC<
  PropsWithChildren<{
    readonly state: Pick<FormState, 'token'>;
    readonly action: string;
    readonly class?: string;
  }>
> = ({ state, action, class: name, children }) => (
  <form method="post" action={action} {...(name === undefined ? {} : { class: name })}>
    <input type="hidden" name="form" value={state.token} />
    {children}
  </form>
);

interface FieldProps {
  readonly label: string;
  readonly name: string;
  readonly state: FormState;
  readonly hint?: string;
}

/** A line of text. */
export const TextField: FC<
  FieldProps & {
    readonly value?: string;
    readonly type?: 'text' | 'number' | 'url' | 'search';
    readonly required?: boolean;
    readonly pattern?: string;
  }
> = ({ label, name, state, hint, value = '', type = 'text', required = false, pattern }) => {
  const problem = state.problems?.get(name);
  return (
    <Labeled label={label} name={name} hint={hint} problem={problem}>
      <input
        id={name}
        name={name}
        type={type}
        value={value}
        autocomplete="off"
        {...(required ? { required } : {})}
        {...(pattern === undefined ? {} : { pattern })}
        {...(problem === undefined ? {} : { 'aria-invalid': 'true' })}
        {...describedBy(name, hint, problem)}
      />
    </Labeled>
  );
};

/** Several lines of text. */
export const TextArea: FC<
  FieldProps & {
    readonly value: string;
    /** Name in the form that is sent. @default - `name` */
    readonly sentAs?: string;
  }
> = ({ label, name, sentAs = name, state, hint, value }) => {
  const problem = state.problems?.get(name);
  return (
    <Labeled label={label} name={name} hint={hint} problem={problem}>
      <textarea id={name} name={sentAs} spellcheck={false} {...describedBy(name, hint, problem)}>
        {value}
      </textarea>
    </Labeled>
  );
};

/** A choice of one of several values. */
export const Select: FC<
  FieldProps & {
    readonly value: string;
    readonly options: readonly (readonly [value: string, label: string])[];
  }
> = ({ label, name, state, hint, value, options }) => {
  const problem = state.problems?.get(name);
  return (
    <Labeled label={label} name={name} hint={hint} problem={problem}>
      <select id={name} name={name} {...describedBy(name, hint, problem)}>
        {options.map(([each, text]) => (
          <option value={each} selected={each === value}>
            {text}
          </option>
        ))}
      </select>
    </Labeled>
  );
};

/** A box that is checked or not. */
export const Checkbox: FC<{
  readonly label: string;
  readonly name: string;
  readonly checked: boolean;
  readonly hint?: string;
}> = ({ label, name, checked, hint }) => (
  <label class="check">
    <input type="checkbox" name={name} value="yes" checked={checked} />
    <span>
      {label}
      {hint === undefined ? null : <span class="muted small"> {hint}</span>}
    </span>
  </label>
);

const Labeled: FC<
  PropsWithChildren<{
    readonly label: string;
    readonly name: string;
    readonly hint: string | undefined;
    readonly problem: string | undefined;
  }>
> = ({ label, name, hint, problem, children }) => (
  <div class="field">
    <label class="label" for={name}>
      {label}
    </label>
    {children}
    {problem === undefined ? null : (
      <span class="error" id={`${name}-problem`}>{`${label} ${problem}.`}</span>
    )}
    {hint === undefined ? null : (
      <span class="muted small" id={`${name}-hint`}>
        {hint}
      </span>
    )}
  </div>
);

function describedBy(
  name: string,
  hint: string | undefined,
  problem: string | undefined,
): Readonly<Record<string, string>> {
  const ids = [
    ...(problem === undefined ? [] : [`${name}-problem`]),
    ...(hint === undefined ? [] : [`${name}-hint`]),
  ];
  return ids.length === 0 ? {} : { 'aria-describedby': ids.join(' ') };
}

/** A button that shows a warning and asks for confirmation. */
export const Confirm: FC<
  PropsWithChildren<{
    readonly state: Pick<FormState, 'token'>;
    readonly action: string;
    readonly label: string;
    /** The object of the action, for screen readers, such as `token 0192`. */
    readonly about?: string;
    readonly warning: string;
  }>
> = ({ state, action, label, about, warning, children }) => (
  <details class="confirm">
    <summary>
      {label}
      {about === undefined ? null : <span class="visually-hidden"> {about}</span>}
    </summary>
    <span>{warning}</span>
    <Form state={state} action={action}>
      {children}
      <button class="danger">{`${label} now`}</button>
    </Form>
  </details>
);
