import { Option, type Command, type OptionValues } from '@commander-js/extra-typings';
import type { ConnectionSettings } from '../../client';
import { IDENTITY_PROVIDERS } from '../../idp/profiles/registry';
import { UsageError } from '../errors';
import { wholeNumber } from '../program';

/** The settings of a connection as options, without its name. */
interface SettingsOptions {
  readonly idp?: string | undefined;
  readonly actsAs?: string | undefined;
  readonly usersOnly?: true | undefined;
  readonly userDeletion?: 'retain' | 'erase' | undefined;
  readonly mailTo?: string[] | undefined;
  readonly tokenExpiresInDays?: number | undefined;
  readonly rotateEveryDays?: number | undefined;
  readonly overlapDays?: number | undefined;
  readonly requestsPerSecond?: number | undefined;
  readonly burst?: number | undefined;
  readonly adoption?: ConnectionSettings['adoption'] | undefined;
  readonly verifiedDomain?: string[] | undefined;
}

/** Adds the options of a connection's settings to a command. */
// eslint-disable-next-line @typescript-eslint/explicit-module-boundary-types -- the options' types
export function withSettings<
  Args extends unknown[],
  Opts extends OptionValues,
  Global extends OptionValues,
>(command: Command<Args, Opts, Global>) {
  return command
    .addOption(new Option('--idp <name>', 'identity provider').choices(IDENTITY_PROVIDERS))
    .option('--acts-as <account>', "your application's account that changes are attributed to")
    .option('--users-only', 'provision no groups')
    .addOption(
      new Option('--user-deletion <way>', 'what remains of deleted users').choices([
        'retain',
        'erase',
      ] as const),
    )
    .option('--mail-to <address...>', 'recipients of mails about the connection')
    .option('--token-expires-in-days <days>', 'lifetime of its tokens; 365 unless set', wholeNumber)
    .option('--rotate-every-days <days>', 'let Secrets Manager rotate the token', wholeNumber)
    .option(
      '--overlap-days <days>',
      'how long the earlier token stays valid; 7 unless set',
      wholeNumber,
    )
    .option(
      '--requests-per-second <number>',
      'limit of requests on average; 100 unless set',
      wholeNumber,
    )
    .option('--burst <number>', 'requests at once after a pause', wholeNumber)
    .addOption(
      new Option('--adoption <by>', 'how users that exist already are found').choices([
        'off',
        'externalId',
        'userName',
        'verifiedEmail',
      ] as const),
    )
    .option('--verified-domain <domain...>', 'domains for --adoption verifiedEmail');
}

/** Returns the settings that the options state. @throws UsageError if one needs another */
export function settingsOf(options: SettingsOptions): Partial<ConnectionSettings> {
  const { rotateEveryDays: everyDays, overlapDays, requestsPerSecond, burst } = options;
  if (overlapDays !== undefined && everyDays === undefined) {
    throw new UsageError('--overlap-days needs --rotate-every-days.');
  }
  if (burst !== undefined && requestsPerSecond === undefined) {
    throw new UsageError('--burst needs --requests-per-second.');
  }
  const { idp, actsAs, usersOnly, userDeletion, mailTo, tokenExpiresInDays } = options;
  const { adoption, verifiedDomain } = options;
  return {
    ...(idp === undefined ? {} : { identityProvider: idp }),
    ...(actsAs === undefined ? {} : { actsAs }),
    ...(usersOnly === undefined ? {} : { groups: false }),
    ...(userDeletion === undefined ? {} : { userDeletion }),
    ...(mailTo === undefined ? {} : { failureMail: { recipients: mailTo } }),
    ...(tokenExpiresInDays === undefined ? {} : { tokenExpiresInDays }),
    ...(everyDays === undefined
      ? {}
      : { rotation: { everyDays, ...(overlapDays === undefined ? {} : { overlapDays }) } }),
    ...(requestsPerSecond === undefined
      ? {}
      : { rateLimit: { requestsPerSecond, ...(burst === undefined ? {} : { burst }) } }),
    ...(adoption === undefined ? {} : { adoption }),
    ...(verifiedDomain === undefined ? {} : { verifiedDomains: verifiedDomain }),
  };
}
