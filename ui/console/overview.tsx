import type { Hono } from 'hono';
import type { FC } from 'hono/jsx';
import type { TokenInfo } from '../api-data';
import type { CauseInfo, DayInfo } from '../data';
import { Causes } from '../parts/causes';
import { Card, CopyField, Numbers } from '../parts/parts';
import { dayText, LastUse, numberText, relativeText } from '../parts/times';
import { get } from '../web/backend';
import { respond } from '../web/respond';
import type { PageEnvironment } from '../web/types';
import { connectionIn, ConnectionPage, enterConnection } from './frame';

/** Adds the first page of a connection: its health, numbers and failures. */
export function addOverview(app: Hono<PageEnvironment>): void {
  app.get('/console/connections/:id', async (context) => {
    const path = connectionIn(context);
    const [desk, { days }, { causes }, tokens] = await enterConnection<
      [
        { readonly days: readonly DayInfo[] },
        { readonly causes: readonly CauseInfo[] },
        readonly TokenInfo[],
      ]
    >(context, get(`${path}/days`), get(`${path}/causes`), get(`${path}/tokens`));
    const { connection } = desk;
    const { users, groupCount, lastRequestAt, scimBaseUrl } = connection;
    const current = tokens.find(({ state }) => state === 'active');
    return respond(
      context,
      <ConnectionPage desk={desk} tab="Overview">
        <Numbers
          of={[
            ['Users', numberText(users)],
            ['Groups', numberText(groupCount)],
            ['Last request', <LastUse at={lastRequestAt} />],
          ]}
        />
        <div class="columns">
          <Card title="Requests and failures, 14 days">
            <Chart days={days} />
          </Card>
          <Card title="Connection">
            <CopyField label="Base URL" value={scimBaseUrl} id="base-url" />
            <p class="muted">
              {current === undefined
                ? 'There is no valid token.'
                : `Token: created ${dayText(current.createdAt)}, ` +
                  `ends ${relativeText(current.expiresAt)}.`}
            </p>
            <div class="row">
              <a class="button" href={`${desk.path}/tokens`}>
                Rotate
              </a>
              <a class="button" href={`${desk.path}/links`}>
                Create a setup link
              </a>
            </div>
          </Card>
        </div>
        <Card title="Failures, last 14 days">
          <Causes causes={causes} logUrl={`${desk.path}/log?show=failures`} />
        </Card>
      </ConnectionPage>,
    );
  });
}

const WIDTH = 560;
const HEIGHT = 120;
const GAP = 16;

/** Bars of the requests of each day, with the failures on top. The numbers are in a table, too. */
const Chart: FC<{ readonly days: readonly DayInfo[] }> = ({ days }) => {
  const most = Math.max(1, ...days.map(({ requests }) => requests));
  const width = WIDTH / days.length - GAP;
  const total = days.reduce((sum, { requests }) => sum + requests, 0);
  const failed = days.reduce((sum, { failures }) => sum + failures, 0);
  return (
    <div class="chart">
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT + 2}`}
        role="img"
        aria-label={`${total} requests, ${failed} failures in ${days.length} days`}
      >
        {days.map(({ day, requests, failures }, index) => {
          const x = index * (width + GAP) + GAP / 2;
          const height = (requests / most) * (HEIGHT - 8);
          const bad = requests === 0 ? 0 : (Math.min(failures, requests) / requests) * height;
          return (
            <g>
              <title>{`${dayText(day)}: ${requests} requests, ${failures} failures`}</title>
              <rect
                class="requests"
                x={x}
                y={HEIGHT - height + bad}
                width={width}
                height={height - bad}
                rx={2}
              />
              <rect class="failures" x={x} y={HEIGHT - height} width={width} height={bad} rx={2} />
            </g>
          );
        })}
        <line class="axis" x1="0" y1={HEIGHT} x2={WIDTH} y2={HEIGHT} />
      </svg>
      <p class="scale">
        <span>{dayText(days[0]?.day ?? '')}</span>
        <span>{`most on a day: ${numberText(most)}`}</span>
        <span>{dayText(days.at(-1)?.day ?? '')}</span>
      </p>
      <p class="legend">
        <span>{`Requests: ${numberText(total)}`}</span>
        <span class="of-failures">{`Failures: ${numberText(failed)}`}</span>
      </p>
      <details class="small">
        <summary>As a table</summary>
        <table>
          <thead>
            <tr>
              <th scope="col">Day</th>
              <th scope="col">Requests</th>
              <th scope="col">Failures</th>
            </tr>
          </thead>
          <tbody>
            {days.map(({ day, requests, failures }) => (
              <tr>
                <td>{dayText(day)}</td>
                <td>{numberText(requests)}</td>
                <td>{numberText(failures)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </div>
  );
};
