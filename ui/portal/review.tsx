import type { Hono } from 'hono';
import { guideOf } from '../../idp/guides/registry';
import { MAPPING_ROWS, mappedText } from '../../idp/guides/mapping-rows';
import { isArray, isObject, type Json } from '../../scim/json';
import type { UserInfo } from '../api-data';
import type { ConnectionInfo } from '../data';
import { productIn } from '../parts/branding';
import { Form } from '../parts/forms';
import { Card, Empty, Head, Notice } from '../parts/parts';
import { get } from '../web/backend';
import { respond, type Element } from '../web/respond';
import type { PageEnvironment } from '../web/types';
import { connectionPath, SetupPage, visitSetup, type Visit } from './frame';

/** Adds the step that shows the latest user, with each row of the mapping. */
export function addReview(app: Hono<PageEnvironment>): void {
  app.get('/portal/review', async (context) => {
    const path = `${connectionPath(context)}/latestUser`;
    const [current, { user }] = await visitSetup<[{ readonly user?: UserInfo }]>(
      context,
      get(path),
    );
    return respond(context, review(current, user));
  });
}

interface Row {
  readonly shownAs: string;
  readonly path: string;
  readonly own: string;
  readonly value: string;
}

function rowsOf({ schemas, identityProvider }: ConnectionInfo, user: UserInfo): readonly Row[] {
  const { mapping } = guideOf(identityProvider);
  return [
    ...MAPPING_ROWS.map((row) => ({
      shownAs: row.shownAs,
      path: row.path,
      own: mapping[row.path] ?? '',
      value: mappedText(row, user.scim),
    })),
    ...schemas.flatMap((schema) => {
      const extension = user.scim[schema.id];
      return schema.attributes.map((name) => ({
        shownAs: name,
        path: `${schema.id}:${name}`,
        own: '',
        value: isObject(extension) ? textOf(extension[name]) : '',
      }));
    }),
  ];
}

/** Returns a value of any type in words. */
function textOf(value: Json | undefined): string {
  if (value === undefined || value === null) return '';
  if (isArray(value)) return value.map(textOf).join(', ');
  if (isObject(value)) return Object.values(value).map(textOf).filter(Boolean).join(' ');
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return String(value);
}

function review(current: Visit, user: UserInfo | undefined): Element {
  const { connection, frame, form, session } = current;
  const rows = user === undefined ? [] : rowsOf(connection, user);
  const gaps = rows.filter(({ value }) => value === '');
  return (
    <SetupPage visit={current} title="Review data" step="review">
      <Head title="Review data">
        {`This is what ${productIn(frame.branding)} received for the latest user.`}
      </Head>
      {user === undefined ? (
        <Card>
          <Empty title="No user has arrived yet">
            Assign a user in your identity provider, then load this page again.
          </Empty>
        </Card>
      ) : (
        <>
          {gaps.length === 0 ? (
            <Notice state="ok" title="All attributes have a value." />
          ) : (
            <Notice
              state="warning"
              title={`${gaps.length} of ${rows.length} attributes have no value.`}
            >
              If your identity provider has values for them, add them to its mapping. If not, you
              can ignore this.
            </Notice>
          )}
          <Card>
            <div class="scroll" tabindex={0} role="region" aria-label="Attributes of the user">
              <table class="stack">
                <thead>
                  <tr>
                    <th scope="col">Attribute</th>
                    <th scope="col">Value</th>
                  </tr>
                </thead>
                <tbody>
                  {rows.map(({ shownAs, path, own, value }) => (
                    <tr>
                      <td>
                        {shownAs}
                        <span class="sub">
                          <code>{path}</code>
                          {own === '' ? null : ` from ${own}`}
                        </span>
                      </td>
                      {value === '' ? <td class="missing">No value</td> : <td>{value}</td>}
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </Card>
        </>
      )}
      <div class="actions">
        <a class="button" href={`${frame.root}/check`}>
          Back
        </a>
        <Form state={{ token: form }} action={`${frame.root}/finish`}>
          <button class="primary">
            {session.returnUrl === undefined ? 'Finish' : 'Finish and go back'}
          </button>
        </Form>
      </div>
    </SetupPage>
  );
}
