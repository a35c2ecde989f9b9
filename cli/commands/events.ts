import { setTimeout as sleep } from 'node:timers/promises';
import type { EventFilter, ScimClient, ScimEvent } from '../../client';
import { LOGGED_TYPES } from '../../directory/events/event';
import { findDeployment } from '../deployment';
import { EXIT, UsageError } from '../errors';
import { color, note, plain, print, printJson, printResult, timeText } from '../output/output';
import type { Program } from '../program';
import { unlessDown } from '../unless-down';
import { hint } from './hint';

/** Pause between two requests at the end of the log. */
const POLL_MS = 1000;

/** Adds `events`. */
export function addEvents(program: Program): void {
  const events = program
    .command('events')
    .description('Show every change as your application receives it');

  events
    .command('tail')
    .description('Show new events until Ctrl+C')
    .option('--connection <id>', 'only those of this connection')
    .option('--type <type...>', 'only these types, such as user.created')
    .option('--after <cursor>', 'begin after this cursor (default: at the end)')
    .action(async (_, command) => {
      const options = command.optsWithGlobals();
      const filter = filterOf(options);
      const { application } = await findDeployment(options);
      let after: string = options.after ?? 'latest';
      process.once('SIGINT', () => {
        note(`\nGo on with: ${hint(options, `events tail --after ${after}`)}`);
        process.exit(EXIT.done);
      });
      for (;;) {
        const start = after;
        const next = await unlessDown(() =>
          printPages(application, { ...filter, after: start }, options.json),
        );
        after = next ?? after;
        await sleep(POLL_MS);
      }
    });

  events
    .command('replay')
    .description('Show all events again that are kept, for example to rebuild a copy')
    .option('--connection <id>', 'only those of this connection')
    .option('--type <type...>', 'only these types, such as user.created')
    .option('--after <cursor>', 'begin after this cursor (default: with the oldest event)')
    .action(async (_, command) => {
      const options = command.optsWithGlobals();
      const filter = filterOf(options);
      const { application } = await findDeployment(options);
      const { after: start } = options;
      const from = start === undefined ? filter : { ...filter, after: start };
      const after = await printPages(application, from, options.json);
      note(`Later events: ${hint(options, `events tail --after ${after}`)}`);
    });

  events
    .command('resync')
    .description('Repeat the present state of a connection as events')
    .argument('<connection>', 'id of the connection')
    .action(async (connection, _, command) => {
      const options = command.optsWithGlobals();
      const { application } = await findDeployment(options);
      const started = await application.resync(connection);
      printResult(options.json, started, () => {
        print(`Resync ${started.id} has started; connection.sync_completed is its last event.`);
      });
    });
}

/** @throws UsageError for an unknown type */
function filterOf({
  connection,
  type = [],
}: {
  readonly connection?: string | undefined;
  readonly type?: string[] | undefined;
}): EventFilter {
  const types = type.map((name) => {
    const found = LOGGED_TYPES.find((each) => each === name);
    if (found !== undefined) return found;
    throw new UsageError(`There are no events of type "${name}". Use ${LOGGED_TYPES.join(', ')}.`);
  });
  return {
    ...(connection === undefined ? {} : { connection }),
    ...(types.length === 0 ? {} : { types }),
  };
}

/** Prints events until the end of the log. @returns the cursor to go on with */
async function printPages(
  application: ScimClient,
  filter: EventFilter,
  json: true | undefined,
): Promise<string> {
  let cursor = filter.after ?? '';
  for await (const { events, nextCursor } of application.eventPages(filter)) {
    for (const event of events) {
      if (json === true) printJson(event, true);
      else print(eventText(event));
    }
    cursor = nextCursor;
  }
  return cursor;
}

function eventText({ time, type, subject, data }: ScimEvent): string {
  const { connection, sequence, reason } = data;
  const name =
    'user' in data ? data.user.userName : 'group' in data ? data.group.displayName : undefined;
  const changed = 'changed' in data ? (data.changed ?? []).join(', ') : '';
  return [
    color.dim(timeText(time)),
    color.green(type),
    connection.id,
    name === undefined ? subject : `${subject} (${plain(name)})`,
    `#${sequence}${reason === 'scim' ? '' : ` ${reason}`}`,
    changed,
  ]
    .join('  ')
    .trimEnd();
}
