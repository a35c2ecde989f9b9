import type { FC } from 'hono/jsx';
import type { CauseInfo } from '../data';
import { Empty, Table } from './parts';
import { numberText, Time } from './times';

/** Failures by cause: what happened, what to do, and whom it concerns. */
export const Causes: FC<{ readonly causes: readonly CauseInfo[]; readonly logUrl: string }> = ({
  causes,
  logUrl,
}) =>
  causes.length === 0 ? (
    <Empty title="No failures">No request failed in the last two weeks.</Empty>
  ) : (
    <>
      <Table label="Failures by cause" columns={['Cause', 'Latest', 'Logged', 'Affected']}>
        {causes.map(({ title, meaning, remedy, lastAt, requests, names, subjects }) => (
          <tr>
            <td>
              <strong>{title}</strong>
              <span class="sub">{`${meaning} ${remedy}`}</span>
            </td>
            <td data-label="Latest">
              <Time at={lastAt} />
            </td>
            <td data-label="Logged">{numberText(requests)}</td>
            <td data-label="Affected">
              {names.length === 0 ? '–' : names.join(', ')}
              {subjects > names.length ? ` and ${subjects - names.length} more` : null}
            </td>
          </tr>
        ))}
      </Table>
      <p>
        <a href={logUrl}>See each failed request</a>
      </p>
    </>
  );
