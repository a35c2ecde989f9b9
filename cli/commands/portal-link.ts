import { Option } from '@commander-js/extra-typings';
import { findDeployment } from '../deployment';
import { UsageError } from '../errors';
import { note, print, printFields, printResult, printTable, timeText } from '../output/output';
import { duration, type Program } from '../program';
import { listed } from './listed';

/** Adds `portal-link`. */
export function addPortalLink(program: Program): void {
  const links = program
    .command('portal-link')
    .description("Hand the setup to the customer's administrator by a link (create, if left out)");

  links
    .command('create', { isDefault: true })
    .description('Create a link that opens the portal of a connection once')
    .argument('<connection>', 'id of the connection')
    .addOption(
      new Option('--intent <pages>', 'pages that it opens (default: setup)').choices([
        'setup',
        'rotate',
        'log',
      ] as const),
    )
    .option('--expires-in <duration>', 'how long it can be opened (3d)', duration)
    .option('--recipient <person>', 'who it is for, as the audit log names them')
    .option('--return-url <url>', 'where the portal leads back to')
    .action(async (connection, _, command) => {
      const options = command.optsWithGlobals();
      const { intent, expiresIn, recipient, returnUrl } = options;
      const { admin } = await findDeployment(options);
      const link = await admin.createPortalLink(connection, {
        ...(intent === undefined ? {} : { intent }),
        ...(expiresIn === undefined ? {} : { expiresInSeconds: expiresIn }),
        ...(recipient === undefined ? {} : { recipient }),
        ...(returnUrl === undefined ? {} : { returnUrl }),
      });
      printResult(options.json, link, () => {
        printFields({ Link: link.url, Id: link.id, Expires: timeText(link.expiresAt) });
        note('\nIt opens the portal once. Send it to one person, by a channel you trust.');
      });
    });

  links
    .command('list')
    .description('List the links of a connection, newest first')
    .argument('<connection>', 'id of the connection')
    .action(async (connection, _, command) => {
      const options = command.optsWithGlobals();
      const { admin } = await findDeployment(options);
      const found = await listed(admin.portalLinks(connection));
      printResult(options.json, found, () => {
        printTable(
          ['ID', 'STATE', 'PAGES', 'RECIPIENT', 'CREATED', 'EXPIRES', 'OPENED'],
          found.map((link) => [
            link.id,
            link.state,
            link.intent,
            link.recipient ?? '',
            timeText(link.createdAt),
            timeText(link.expiresAt),
            timeText(link.openedAt),
          ]),
          'There are no links.',
        );
      });
    });

  links
    .command('revoke')
    .description('Revoke a link and end the session that it opened')
    .argument('<connection>', 'id of the connection')
    .argument('<link>', 'id of the link')
    .action(async (connection, link, _, command) => {
      const options = command.optsWithGlobals();
      const { admin } = await findDeployment(options);
      // The call succeeds for a link that does not exist, which may be a typing error.
      const existing = await listed(admin.portalLinks(connection));
      if (!existing.some(({ id }) => id === link)) {
        throw new UsageError(`${connection} has no link "${link}".`);
      }
      await admin.revokePortalLink(connection, link);
      printResult(options.json, { revoked: link }, () => {
        print(`Link ${link} is revoked.`);
      });
    });
}
