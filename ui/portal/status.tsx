import type { Hono } from 'hono';
import type { LogPage } from '../api-data';
import type { CauseInfo } from '../data';
import { Causes } from '../parts/causes';
import { LOG_FILTERS, LogFilter, LogTable, logQuery } from '../parts/log';
import { Badge, Card, Head, NextPage, Notice, Numbers } from '../parts/parts';
import { LastUse, numberText, relativeText } from '../parts/times';
import { get } from '../web/backend';
import { respond } from '../web/respond';
import type { PageEnvironment } from '../web/types';
import { connectionPath, PortalPage, visit } from './frame';

/** Adds the pages that show the status and the log of provisioning. */
export function addStatus(app: Hono<PageEnvironment>): void {
  app.get('/portal/status', async (context) => {
    const path = connectionPath(context);
    const [current, { causes }] = await visit<[{ readonly causes: readonly CauseInfo[] }]>(
      context,
      get(`${path}/causes`),
    );
    const { connection, frame } = current;
    const { health, users, groupCount, groups, lastRequestAt, oldTokenEndsAt } = connection;
    return respond(
      context,
      <PortalPage visit={current} title="Status" here="status">
        <Head title="Status" beside={<Badge state={health.state}>{health.text}</Badge>} />
        {oldTokenEndsAt === undefined ? null : (
          <Notice
            state="warning"
            title={`The old token is still in use, and ends ${relativeText(oldTokenEndsAt)}.`}
          >
            Paste the new one into your identity provider, or create another on the page Tokens.
          </Notice>
        )}
        <Numbers
          of={[
            ['Users', numberText(users)],
            ...(groups ? [['Groups', numberText(groupCount)] as const] : []),
            ['Last request', <LastUse at={lastRequestAt} />],
          ]}
        />
        <Card title="Failures, last 14 days">
          <Causes causes={causes} logUrl={`${frame.root}/log?show=failures`} />
        </Card>
      </PortalPage>,
    );
  });

  app.get('/portal/log', async (context) => {
    const { show, cursor } = context.req.query();
    const path = `${connectionPath(context, 'admin')}/requests`;
    const [current, log] = await visit<[LogPage]>(context, get(path, logQuery(show, cursor)));
    const { frame } = current;
    const chosen = LOG_FILTERS.find(({ name }) => name === show) ?? LOG_FILTERS[0];
    return respond(
      context,
      <PortalPage visit={current} title="Log" here="log">
        <Head title="Log">What your identity provider changed, and what failed.</Head>
        <LogFilter chosen={chosen.name} action={`${frame.root}/log`} />
        <Card>
          <LogTable entries={log.requests} />
        </Card>
        <NextPage cursor={log.nextCursor} href={`${frame.root}/log?show=${chosen.name}`} />
      </PortalPage>,
    );
  });
}
