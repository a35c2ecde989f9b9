import type { Hono } from 'hono';
import type { GroupInfo, GroupPage, LogPage, MemberPage } from '../api-data';
import { LogTable } from '../parts/log';
import { Card, Empty, Head, JsonText, NextPage, Table } from '../parts/parts';
import { numberText } from '../parts/times';
import { get } from '../web/backend';
import { respond } from '../web/respond';
import type { PageEnvironment } from '../web/types';
import { connectionIn, ConnectionPage, enterConnection } from './frame';

const PAGE = '50';

/** Adds the list of a connection's groups, and the page of a group. */
export function addGroups(app: Hono<PageEnvironment>): void {
  app.get('/console/connections/:id/groups', async (context) => {
    const { search = '', cursor } = context.req.query();
    const page = { limit: PAGE, cursor };
    const [desk, { groups, nextCursor }] = await enterConnection<[GroupPage]>(
      context,
      search === ''
        ? get(`${connectionIn(context, 'app/v1')}/groups`, page)
        : get(`${connectionIn(context)}/groups`, { search }),
    );
    const { path, connection } = desk;
    return respond(
      context,
      <ConnectionPage desk={desk} tab="Groups">
        <form class="row search" method="get" action={`${path}/groups`} role="search">
          <input
            type="search"
            name="search"
            value={search}
            placeholder="Name, external id or id"
            aria-label="Name, external id or id"
          />
          <button>Search</button>
        </form>
        <Card>
          {groups.length === 0 ? (
            <Empty title={search === '' ? 'There are no groups' : 'No group has this value'}>
              {connection.groups
                ? 'The identity provider creates them. A search finds whole values.'
                : 'This connection takes users only.'}
            </Empty>
          ) : (
            <Table label="Groups" columns={['Group', 'Members', 'External id']}>
              {groups.map(({ id, displayName, memberCount, externalId }) => (
                <tr>
                  <td>
                    <a href={`${path}/groups/${id}`}>
                      <strong>{displayName ?? id}</strong>
                    </a>
                  </td>
                  <td data-label="Members">{numberText(memberCount)}</td>
                  <td data-label="External id">{externalId ?? '–'}</td>
                </tr>
              ))}
            </Table>
          )}
        </Card>
        <NextPage cursor={nextCursor} href={`${path}/groups`} />
      </ConnectionPage>,
    );
  });

  app.get('/console/connections/:id/groups/:groupId', async (context) => {
    const groupId = encodeURIComponent(context.req.param('groupId'));
    const { cursor } = context.req.query();
    const group = `${connectionIn(context, 'app/v1')}/groups/${groupId}`;
    const page = { limit: PAGE, cursor };
    const [desk, { displayName, memberCount, scim }, { members, nextCursor }, history] =
      await enterConnection<[GroupInfo, MemberPage, LogPage]>(
        context,
        get(group),
        get(`${group}/members`, page),
        get(`${connectionIn(context)}/history/${groupId}`),
      );
    const { path } = desk;
    const name = displayName ?? groupId;
    return respond(
      context,
      <ConnectionPage desk={desk} tab="Groups" title={name}>
        <Head level={2} title={name}>
          {memberCount === 1 ? '1 member' : `${numberText(memberCount)} members`}
        </Head>
        <Card title="Members">
          {members.length === 0 ? (
            <Empty title="The group has no members">The identity provider adds them.</Empty>
          ) : (
            <Table label="Members" columns={['Member', 'Type']}>
              {members.map(({ id, type, display }) => (
                <tr>
                  <td>
                    <a href={`${path}/${type === 'Group' ? 'groups' : 'users'}/${id}`}>
                      {display ?? id}
                    </a>
                  </td>
                  <td data-label="Type">{type}</td>
                </tr>
              ))}
            </Table>
          )}
        </Card>
        <NextPage cursor={nextCursor} href={`${path}/groups/${groupId}`} />
        <Card title="SCIM resource">
          <JsonText label="SCIM resource" value={scim} />
        </Card>
        <Card title="History">
          <LogTable entries={history.requests} />
        </Card>
      </ConnectionPage>,
    );
  });
}
