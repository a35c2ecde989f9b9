import type { Context, Hono } from 'hono';
import type { FC } from 'hono/jsx';
import type { AuditPage, ConflictInfo, LogPage } from '../api-data';
import type { EventPage } from '../data';
import { LOG_FILTERS, LogFilter, LogTable, logQuery } from '../parts/log';
import { Card, Empty, Facts, Head, JsonText, NextPage, Table } from '../parts/parts';
import { Moment, Time } from '../parts/times';
import type { PageCall } from '../protocol';
import { get } from '../web/backend';
import { respond } from '../web/respond';
import type { PageEnvironment } from '../web/types';
import {
  connectionIn,
  ConnectionPage,
  ConsolePage,
  enter,
  enterConnection,
  shortActor,
} from './frame';

/** Adds the pages of logs, events, adoption conflicts and the audit log. */
export function addRecords(app: Hono<PageEnvironment>): void {
  app.get('/console/connections/:id/log', async (context) => {
    const { show, cursor } = context.req.query();
    const [desk, log] = await enterConnection<[LogPage]>(
      context,
      get(`${connectionIn(context, 'admin')}/requests`, logQuery(show, cursor)),
    );
    const chosen = LOG_FILTERS.find(({ name }) => name === show) ?? LOG_FILTERS[0];
    return respond(
      context,
      <ConnectionPage desk={desk} tab="Log">
        <LogFilter chosen={chosen.name} action={`${desk.path}/log`} />
        <Card>
          <LogTable entries={log.requests} />
        </Card>
        <NextPage cursor={log.nextCursor} href={`${desk.path}/log?show=${chosen.name}`} />
      </ConnectionPage>,
    );
  });

  app.get('/console/connections/:id/events', async (context) => {
    const path = `${connectionIn(context)}/events`;
    const [desk, page] = await enterConnection<[EventPage]>(context, get(path, paging(context)));
    return respond(
      context,
      <ConnectionPage desk={desk} tab="Events">
        <EventCard page={page} />
        <NextPage cursor={page.nextCursor} href={`${desk.path}/events`} />
      </ConnectionPage>,
    );
  });

  app.get('/console/events', async (context) => {
    const [desk, page] = await enter<[EventPage]>(context, get('/pages/events', paging(context)));
    return respond(
      context,
      <ConsolePage desk={desk} title="Events" here="Events">
        <Head title="Events">
          Changes of connections. Those of users and groups are on the tab Events of their
          connection.
        </Head>
        <EventCard page={page} />
        <NextPage cursor={page.nextCursor} href={`${desk.frame.root}/events`} />
      </ConsolePage>,
    );
  });

  app.get('/console/connections/:id/conflicts', async (context) => {
    const path = `${connectionIn(context, 'app/v1')}/conflicts`;
    const [desk, { conflicts }] = await enterConnection<
      [{ readonly conflicts: readonly ConflictInfo[] }]
    >(context, get(path));
    return respond(
      context,
      <ConnectionPage desk={desk} tab="Conflicts">
        <Head level={2} title="Adoption conflicts">
          Users who match several users of the application. Let the application correct or remove
          the wrong candidates; the identity provider then creates the user with its next attempt.
        </Head>
        <Card>
          {conflicts.length === 0 ? (
            <Empty title="There are no conflicts">
              With adoption on, a user that matches several users of the application appears here.
            </Empty>
          ) : (
            <Table label="Conflicts" columns={['User', 'Users of the application', 'Latest']}>
              {conflicts.map(({ at, userName, externalId, applicationIds }) => (
                <tr>
                  <td>
                    <strong>{userName}</strong>
                    <span class="sub">{externalId}</span>
                  </td>
                  <td data-label="Users of the application">{applicationIds.join(', ')}</td>
                  <td data-label="Latest">
                    <Time at={at} />
                  </td>
                </tr>
              ))}
            </Table>
          )}
        </Card>
      </ConnectionPage>,
    );
  });

  app.get('/console/connections/:id/audit', async (context) => {
    const path = `${connectionIn(context, 'admin')}/audit`;
    const [desk, page] = await enterConnection<[AuditPage]>(context, get(path, paging(context)));
    return respond(
      context,
      <ConnectionPage desk={desk} tab="Audit">
        <AuditCard page={page} />
        <NextPage cursor={page.nextCursor} href={`${desk.path}/audit`} />
      </ConnectionPage>,
    );
  });

  app.get('/console/audit', async (context) => {
    const [desk, page] = await enter<[AuditPage]>(context, get('/admin/audit', paging(context)));
    return respond(
      context,
      <ConsolePage desk={desk} title="Audit" here="Audit">
        <Head title="Audit">
          Sign-ins, and actions on webhooks. Actions on a connection are on its own page.
        </Head>
        <AuditCard page={page} />
        <NextPage cursor={page.nextCursor} href={`${desk.frame.root}/audit`} />
      </ConsolePage>,
    );
  });
}

function paging(context: Context<PageEnvironment>): PageCall['query'] {
  const { cursor } = context.req.query();
  return { limit: '50', cursor };
}

const EventCard: FC<{ readonly page: EventPage }> = ({ page: { events } }) => (
  <Card>
    {events.length === 0 ? (
      <Empty title="No events yet">Events are kept for the retention of the event log.</Empty>
    ) : (
      <ul class="entries">
        {events.map(({ id, type, time, subject, data }) => (
          <li>
            <Moment at={time} />
            <div class="what">
              <strong>{type}</strong>
              <p>{subject}</p>
              <details class="small">
                <summary>
                  Data<span class="visually-hidden"> of the event {id}</span>
                </summary>
                <JsonText label={`Data of the event ${id}`} value={data} />
              </details>
            </div>
          </li>
        ))}
      </ul>
    )}
  </Card>
);

const AuditCard: FC<{ readonly page: AuditPage }> = ({ page: { acts } }) => (
  <Card>
    {acts.length === 0 ? (
      <Empty title="No actions yet">Every action is recorded with the person who took it.</Empty>
    ) : (
      <ul class="entries">
        {acts.map(({ id, at, actor, action, before, after }) => (
          <li>
            <Moment at={at} />
            <div class="what">
              <strong>{action}</strong>
              <p title={actor}>{shortActor(actor)}</p>
              {isEmpty(before) && isEmpty(after) ? null : (
                <details class="small">
                  <summary>
                    Details<span class="visually-hidden"> of {id}</span>
                  </summary>
                  <Facts
                    of={[
                      ['Before', <JsonText label={`Before ${id}`} value={before} />],
                      ['After', <JsonText label={`After ${id}`} value={after} />],
                    ]}
                  />
                </details>
              )}
            </div>
          </li>
        ))}
      </ul>
    )}
  </Card>
);

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}
