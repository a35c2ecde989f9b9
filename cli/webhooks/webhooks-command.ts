import { setTimeout as sleep } from 'node:timers/promises';
import type { Delivery, ScimAdminClient } from '../../client';
import { findDeployment } from '../deployment';
import { EXIT, UsageError } from '../errors';
import {
  note,
  print,
  printFields,
  printJson,
  printResult,
  printTable,
  timeText,
} from '../output/output';
import { duration, positiveNumber, type Program } from '../program';
import { confirmed } from '../prompts';
import { hint } from '../commands/hint';
import { listed } from '../commands/listed';
import { resultOf, show, stateOf } from './webhook-text';

/** How long `webhooks test` waits for the delivery. */
const TEST_SECONDS = 20;

/** Adds `webhooks`. */
export function addWebhooks(program: Program): void {
  const webhooks = program
    .command('webhooks')
    .description('Send every change to a URL, see deliveries, and send them again');

  webhooks
    .command('list')
    .description('List all webhooks')
    .action(async (_, command) => {
      const options = command.optsWithGlobals();
      const { admin } = await findDeployment(options);
      const found = await admin.webhooks();
      printResult(options.json, found, () => {
        printTable(
          ['ID', 'URL', 'STATE', 'TYPES', 'CONNECTIONS', 'CREATED'],
          found.map((webhook) => [
            webhook.id,
            webhook.url,
            stateOf(webhook),
            webhook.types.join(' ') || 'all',
            webhook.connections.join(' ') || 'all',
            timeText(webhook.createdAt),
          ]),
          `There are no webhooks. Create one with: ${hint(options, 'webhooks create')}`,
        );
      });
    });

  webhooks
    .command('show')
    .description('Show a webhook and the state of its deliveries')
    .argument('<webhook>', 'its id')
    .action(async (id, _, command) => {
      const options = command.optsWithGlobals();
      const { admin } = await findDeployment(options);
      show(await admin.webhook(id), options.json);
    });

  webhooks
    .command('create')
    .description('Send events to a URL')
    .argument('<url>', 'starts with https://')
    .option('--description <text>', 'a note for operators')
    .option('--type <type...>', 'types of events, such as user.created (default: all)')
    .option('--connection <id...>', 'connections (default: all)')
    .option('--show', 'print the secret (required: it cannot be read later)')
    .action(async (url, _, command) => {
      const options = command.optsWithGlobals();
      checkSecretShown(options.show);
      const { admin } = await findDeployment(options);
      const { secret, ...webhook } = await admin.createWebhook({ url, ...settingsOf(options) });
      printResult(options.json, { ...webhook, secret }, () => {
        printFields({ Webhook: webhook.id, URL: webhook.url, Secret: secret });
        note(`\nSend a test event with: ${hint(options, `webhooks test ${webhook.id}`)}`);
      });
    });

  webhooks
    .command('update')
    .description('Change a webhook')
    .argument('<webhook>', 'its id')
    .option('--url <url>', 'starts with https://')
    .option('--description <text>', 'a note for operators')
    .option('--type <type...>', 'types of events, or all')
    .option('--connection <id...>', 'connections, or all')
    .option('--enable', 'send events again, beginning with those that it has missed')
    .option('--disable', 'send no events until it is enabled')
    .action(async (id, _, command) => {
      const options = command.optsWithGlobals();
      const { url, enable, disable } = options;
      if (enable === true && disable === true) {
        throw new UsageError('Use either --enable or --disable.');
      }
      const change = {
        ...(url === undefined ? {} : { url }),
        ...settingsOf(options),
        ...(enable === true ? { enabled: true } : {}),
        ...(disable === true ? { enabled: false } : {}),
      };
      if (Object.keys(change).length === 0) {
        throw new UsageError('There is nothing to change. Add --help for the settings.');
      }
      const { admin } = await findDeployment(options);
      await admin.updateWebhook(id, change);
      // The answer to a change lacks the state of deliveries.
      show(await admin.webhook(id), options.json);
    });

  webhooks
    .command('delete')
    .description('Delete a webhook and its secret')
    .argument('<webhook>', 'its id')
    .option('--yes', 'do not ask')
    .action(async (id, _, command) => {
      const options = command.optsWithGlobals();
      const { admin } = await findDeployment(options);
      const { url } = await admin.webhook(id);
      await confirmed(`Delete webhook ${id} (${url})?`, options.yes);
      await admin.deleteWebhook(id);
      printResult(options.json, { deleted: id }, () => {
        print(`Webhook ${id} is deleted.`);
      });
    });

  webhooks
    .command('rotate-secret')
    .description('Create a new secret; both sign during the overlap')
    .argument('<webhook>', 'its id')
    .option('--overlap <duration>', 'how long the earlier secret signs, too (24h)', duration)
    .option('--show', 'print the secret (required: it cannot be read later)')
    .action(async (id, _, command) => {
      const options = command.optsWithGlobals();
      checkSecretShown(options.show);
      const { admin } = await findDeployment(options);
      const rotated = await admin.rotateWebhookSecret(id, options.overlap);
      printResult(options.json, rotated, () => {
        printFields({
          Webhook: rotated.id,
          Secret: rotated.secret,
          'Earlier secret': `signs until ${timeText(rotated.previousSecretUntil)}`,
        });
      });
    });

  webhooks
    .command('test')
    .description('Send a test event and wait for the answer; exit code 1 if it fails')
    .argument('<webhook>', 'its id')
    .action(async (id, _, command) => {
      const options = command.optsWithGlobals();
      const { admin } = await findDeployment(options);
      const { enabled } = await admin.webhook(id);
      if (!enabled) {
        const command = hint(options, `webhooks update ${id} --enable`);
        throw new UsageError(`Webhook ${id} is disabled. Enable it with: ${command}`);
      }
      const { eventId } = await admin.testWebhook(id);
      const delivery = await deliveryOf(admin, id, eventId);
      if (delivery?.status !== 'succeeded') process.exitCode = EXIT.findings;
      if (options.json === true) printJson(delivery ?? { eventId });
      else if (delivery === undefined) {
        print(`The test has not been delivered within ${TEST_SECONDS} s.`);
        note(`See later attempts with: ${hint(options, `webhooks deliveries ${id}`)}`);
      } else print(`The test ${resultOf(delivery)} in ${delivery.latency} ms.`);
    });

  webhooks
    .command('deliveries')
    .description('List the attempts of the last 30 days, newest first')
    .argument('<webhook>', 'its id')
    .option('--failed', 'only attempts that failed')
    .option('--limit <number>', 'at most so many', positiveNumber, 50)
    .action(async (id, _, command) => {
      const options = command.optsWithGlobals();
      const { admin } = await findDeployment(options);
      const status = options.failed === true ? 'failed' : undefined;
      const found = await listed(admin.deliveries(id, { status }), options.limit);
      printResult(options.json, found, () => {
        printTable(
          ['TIME', 'EVENT', 'TYPE', 'CONNECTION', 'ATTEMPT', 'RESULT', 'NEXT ATTEMPT'],
          found.map((delivery) => [
            timeText(delivery.at),
            delivery.eventId,
            delivery.type,
            delivery.connection,
            String(delivery.attempt),
            resultOf(delivery),
            delivery.nextAttemptAt === undefined ? '' : timeText(delivery.nextAttemptAt),
          ]),
          'There are no such deliveries.',
        );
      });
    });

  webhooks
    .command('resend')
    .description('Send one event again')
    .argument('<webhook>', 'its id')
    .argument('<event>', 'id of the event, as in deliveries')
    .action(async (id, event, _, command) => {
      const options = command.optsWithGlobals();
      const { admin } = await findDeployment(options);
      await admin.resendDelivery(id, event);
      printResult(options.json, { eventId: event }, () => {
        print(`Event ${event} is sent again.`);
      });
    });

  webhooks
    .command('replay')
    .description('Send all events again that came after an event')
    .argument('<webhook>', 'its id')
    .requiredOption('--after <event>', 'id of the event')
    .action(async (id, _, command) => {
      const options = command.optsWithGlobals();
      const { admin } = await findDeployment(options);
      const replay = await admin.replayWebhook(id, options.after);
      printResult(options.json, replay, () => {
        print(`The events since ${replay.from} are sent again.`);
      });
    });
}

/** @throws UsageError, because a secret that is not printed would be lost */
function checkSecretShown(isShown: true | undefined): void {
  if (isShown === true) return;
  throw new UsageError('The secret cannot be read later. Add --show to print it.');
}

function settingsOf({
  description,
  type,
  connection,
}: {
  readonly description?: string | undefined;
  readonly type?: string[] | undefined;
  readonly connection?: string[] | undefined;
}): { description?: string; types?: string[]; connections?: string[] } {
  return {
    ...(description === undefined ? {} : { description }),
    ...(type === undefined ? {} : { types: withoutAll(type) }),
    ...(connection === undefined ? {} : { connections: withoutAll(connection) }),
  };
}

/** Returns an empty list for `all`, as the API has it. */
function withoutAll(names: string[]): string[] {
  return names.includes('all') ? [] : names;
}

/** Waits for the first attempt to deliver an event. @returns undefined if there was none in time */
async function deliveryOf(
  admin: ScimAdminClient,
  webhook: string,
  eventId: string,
): Promise<Delivery | undefined> {
  const end = Date.now() + TEST_SECONDS * 1000;
  while (Date.now() < end) {
    const recent = await listed(admin.deliveries(webhook), 50);
    const found = recent.find((delivery) => delivery.eventId === eventId);
    if (found !== undefined) return found;
    await sleep(500);
  }
  return undefined;
}
