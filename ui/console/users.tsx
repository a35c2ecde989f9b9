import type { Hono } from 'hono';
import { MAPPING_ROWS, mappedText } from '../../idp/guides/mapping-rows';
import type { LogPage, UserInfo, UserPage } from '../api-data';
import { LogTable } from '../parts/log';
import { Badge, Card, Empty, Facts, Head, JsonText, NextPage, Table } from '../parts/parts';
import { get } from '../web/backend';
import { respond } from '../web/respond';
import type { PageEnvironment } from '../web/types';
import { connectionIn, ConnectionPage, enterConnection } from './frame';

const PAGE = '50';

/** Adds the list of a connection's users, and the page of a user. */
export function addUsers(app: Hono<PageEnvironment>): void {
  app.get('/console/connections/:id/users', async (context) => {
    const { search = '', cursor } = context.req.query();
    const page = { limit: PAGE, cursor };
    const [desk, { users, nextCursor }] = await enterConnection<[UserPage]>(
      context,
      search === ''
        ? get(`${connectionIn(context, 'app/v1')}/users`, page)
        : get(`${connectionIn(context)}/users`, { search }),
    );
    const { path } = desk;
    return respond(
      context,
      <ConnectionPage desk={desk} tab="Users">
        <form class="row search" method="get" action={`${path}/users`} role="search">
          <input
            type="search"
            name="search"
            value={search}
            placeholder="User name, email address, external id or id"
            aria-label="User name, email address, external id or id"
          />
          <button>Search</button>
        </form>
        <Card>
          {users.length === 0 ? (
            <Empty title={search === '' ? 'There are no users yet' : 'No user has this value'}>
              {search === ''
                ? 'The identity provider creates them.'
                : 'The search finds whole values, regardless of case.'}
            </Empty>
          ) : (
            <Table label="Users" columns={['User', 'Email', 'Roles', 'State']}>
              {users.map(({ id, userName, displayName, email, roles, active }) => (
                <tr>
                  <td>
                    <a href={`${path}/users/${id}`}>
                      <strong>{userName ?? id}</strong>
                    </a>
                    <span class="sub">{displayName}</span>
                  </td>
                  <td data-label="Email">{email ?? '–'}</td>
                  <td data-label="Roles">{roles.length === 0 ? '–' : roles.join(', ')}</td>
                  <td data-label="State">
                    <ActiveBadge active={active} />
                  </td>
                </tr>
              ))}
            </Table>
          )}
        </Card>
        <NextPage cursor={nextCursor} href={`${path}/users`} />
        <p class="muted small">
          Do the user names change? <a href={`${path}/user-names`}>Convert them</a> to email
          addresses.
        </p>
      </ConnectionPage>,
    );
  });

  app.get('/console/connections/:id/users/:userId', async (context) => {
    const userId = encodeURIComponent(context.req.param('userId'));
    const [desk, user, history] = await enterConnection<[UserInfo, LogPage]>(
      context,
      get(`${connectionIn(context, 'app/v1')}/users/${userId}`),
      get(`${connectionIn(context)}/history/${userId}`),
    );
    const { scim, ...profile } = user;
    return respond(
      context,
      <ConnectionPage desk={desk} tab="Users" title={user.userName ?? user.id}>
        <Head
          level={2}
          title={user.userName ?? user.id}
          beside={<ActiveBadge active={user.active} isDeleted={user.deletedAt !== undefined} />}
        />
        <Card title="Attributes">
          <Facts
            of={MAPPING_ROWS.map((row) => [row.shownAs, mappedText(row, scim) || '–'] as const)}
          />
        </Card>
        <div class="columns">
          <Card title="Profile, as the application sees it">
            <JsonText label="Profile" value={profile} />
          </Card>
          <Card title="SCIM resource">
            <JsonText label="SCIM resource" value={scim} />
          </Card>
        </div>
        <Card title="History">
          <LogTable entries={history.requests} />
        </Card>
      </ConnectionPage>,
    );
  });
}

const ActiveBadge = ({
  active,
  isDeleted = false,
}: {
  readonly active: boolean;
  readonly isDeleted?: boolean;
}) => {
  if (isDeleted) return <Badge state="idle">Deleted, retained</Badge>;
  return active ? <Badge state="ok">Active</Badge> : <Badge state="idle">Inactive</Badge>;
};
