import type { TokenNotice } from '../../directory/notices/notice';
import { consoleLabelsOf } from '../../idp/explanations/console';
import { cliCommand } from './commands';
import {
  contactBlocks,
  dateOf,
  forOperators,
  nameOf,
  render,
  type Mail,
  type MailContext,
} from './mail';
import { askBlocks, whenOf } from './token-mails';

/** Creates the mail about a client's secret that ends soon and has no replacement. */
export function secretMail(
  notice: TokenNotice & { readonly kind: 'secretExpires' },
  context: MailContext,
): Mail {
  const { connection, adminUrl } = context;
  const { token: secret, client, expiresAt } = notice;
  const { name } = consoleLabelsOf(connection.identityProvider);
  const { scopes } = connection.oauth?.clients.find(({ id }) => id === client) ?? {};
  const effect =
    scopes === undefined
      ? `${name} gets no access tokens, and its requests fail (401): new users are not created, ` +
        'and users who leave keep their access.'
      : `the client gets no access tokens for ${scopes.join(', ')}.`;
  const command = `oauth-clients add-secret ${connection.id} ${client} --show`;
  return render(`OAuth client secret of ${connection.displayName} expires ${whenOf(notice)}`, [
    {
      text:
        `The secret ${secret} of the OAuth client ${client} of ${nameOf(connection)} expires on ` +
        `${dateOf(expiresAt)}. After that, ${effect}`,
    },
    ...forOperators(
      context,
      {
        text: 'Create a second secret; both work meanwhile. The command prints the new one once.',
      },
      { command: cliCommand(adminUrl, command) },
    ),
    ...askBlocks('Ask the operators of this service for a new client secret.', context),
    { steps: [`In ${name}, replace the client secret of the SCIM application, and save.`] },
    ...contactBlocks(context),
  ]);
}
