import type { FC, PropsWithChildren } from 'hono/jsx';
import type { Health } from '../data';

/** A state as a colored label. It always has a text, so that color is not the only cue. */
export const Badge: FC<PropsWithChildren<{ readonly state: Health['state'] }>> = ({
  state,
  children,
}) => <span class={`badge ${state}`}>{children}</span>;

/** A message that stands out: what happened, and what to do. */
export const Notice: FC<
  PropsWithChildren<{ readonly state: Health['state']; readonly title: string }>
> = ({ state, title, children }) => (
  <div class={`notice ${state}`} role={state === 'bad' ? 'alert' : 'status'}>
    <strong>{title}</strong>
    {children === undefined ? null : <div>{children}</div>}
  </div>
);

/** A part of a page with a heading of its own. */
export const Card: FC<PropsWithChildren<{ readonly title?: string; readonly prose?: boolean }>> = ({
  title,
  prose,
  children,
}) => (
  <section class={prose === true ? 'card prose' : 'card'}>
    {title === undefined ? null : <h2>{title}</h2>}
    {children}
  </section>
);

/** The heading of a page, or of the part of a page that has one already. */
export const Head: FC<
  PropsWithChildren<{
    readonly title: string;
    readonly beside?: unknown;
    /** @default 1 */
    readonly level?: 1 | 2;
  }>
> = ({ title, beside, level = 1, children }) => (
  <div class="head">
    <div class="title">
      {level === 1 ? <h1>{title}</h1> : <h2>{title}</h2>}
      {beside}
    </div>
    {children === undefined ? null : <p class="lead">{children}</p>}
  </div>
);

/** Placeholder for an empty list: why it is empty, and what fills it. */
export const Empty: FC<PropsWithChildren<{ readonly title: string }>> = ({ title, children }) => (
  <div class="empty">
    <strong>{title}</strong>
    <span>{children}</span>
  </div>
);

/** A value with a button that copies it. */
export const CopyField: FC<{
  readonly label: string;
  readonly value: string;
  /** Unique on the page. */
  readonly id: string;
}> = ({ label, value, id }) => (
  <div class="field">
    <span class="label" id={`${id}-label`}>
      {label}
    </span>
    <div class="copy">
      <span class="value" id={id}>
        {value}
      </span>
      {/* Without JavaScript, the value is selected and copied by hand. */}
      <button type="button" data-copy={id} aria-describedby={`${id}-label`} hidden>
        Copy
      </button>
    </div>
  </div>
);

/** A value that is filled in later. */
export const LaterField: FC<PropsWithChildren<{ readonly label: string }>> = ({
  label,
  children,
}) => (
  <div class="field">
    <span class="label">{label}</span>
    <div class="copy">
      <span class="value">{children}</span>
    </div>
  </div>
);

/** Large numbers with their labels. */
export const Numbers: FC<{ readonly of: readonly (readonly [string, unknown])[] }> = ({ of }) => (
  <dl class="numbers">
    {of.map(([label, value]) => (
      <div class="card">
        <dt>{label}</dt>
        <dd>{value}</dd>
      </div>
    ))}
  </dl>
);

/** Labels with their values. */
export const Facts: FC<{ readonly of: readonly (readonly [string, unknown])[] }> = ({ of }) => (
  <dl class="facts">
    {of.map(([label, value]) => (
      <>
        <dt>{label}</dt>
        <dd>{value}</dd>
      </>
    ))}
  </dl>
);

/** A value as indented JSON. It can be scrolled with the keyboard. */
export const JsonText: FC<{ readonly label: string; readonly value: unknown }> = ({
  label,
  value,
}) => (
  <pre tabindex={0} role="region" aria-label={label}>
    <code>{JSON.stringify(value, undefined, 2)}</code>
  </pre>
);

/** A table that fits narrow screens: cells stack below each other, with their column's label. */
export const Table: FC<
  PropsWithChildren<{ readonly label: string; readonly columns: readonly string[] }>
> = ({ label, columns, children }) => (
  <div class="scroll" tabindex={0} role="region" aria-label={label}>
    <table class="stack">
      <thead>
        <tr>
          {columns.map((column) => (
            <th scope="col">
              {column === '' ? <span class="visually-hidden">Actions</span> : column}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  </div>
);

/** The link to the next page of a list. */
export const NextPage: FC<{
  readonly cursor: string | undefined;
  /** Path and query parameters of the page. */
  readonly href: string;
}> = ({ cursor, href }) =>
  cursor === undefined ? null : (
    <div class="actions">
      <a class="button" href={`${href}${href.includes('?') ? '&' : '?'}cursor=${cursor}`}>
        Next page
      </a>
    </div>
  );
