import { Duration, Stack, Token } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { ENVIRONMENT } from '../../lambdas/contract';

/**
 * Settings of the mails to administrators.
 *
 * Recipients are emailed about failures, recoveries, silent connections, and expiring and rotated
 * tokens. The deployment's recipients are also emailed about alarms.
 */
export interface FailureMailProps {
  /**
   * Address that mails are sent from.
   *
   * The address or its domain must be verified in SES, in the account and region of the stack. The
   * deployment does not wait for the verification.
   */
  readonly sender: string;

  /**
   * SES configuration set to send with.
   *
   * If the identity has a default configuration set, name it here: the function needs permission
   * for it.
   *
   * @default - no configuration set
   */
  readonly configurationSet?: string;

  /**
   * How long failures are collected for one mail: 1 second to 5 minutes.
   *
   * Mails about new tokens are delayed by up to the same time.
   *
   * @default Duration.minutes(5)
   */
  readonly window?: Duration;

  /**
   * Addresses that receive mails about the deployment and its connections.
   *
   * At most 50. They are emailed about alarms (see `alarms`), and about connections that have no
   * recipients of their own.
   *
   * @default - none; only the recipients of each connection receive mails
   */
  readonly recipients?: string[];

  /**
   * Address or URL of the people who operate the service.
   *
   * Recipients of a connection administer the identity provider of a customer. They have no access
   * to the AWS account, so their mails contain no commands and name this contact instead.
   *
   * @default - mails refer to the people who handed out the base URL
   */
  readonly contact?: string;
}

/**
 * Returns the environment variables for the function that sends mails. Without `failureMail` there
 * are none, and it sends no mails.
 * @throws Error for a sender or recipient that is not an email address, for more than 50
 * recipients, and for a contact that is not one line
 */
export function mailEnvironment(
  mail: FailureMailProps | undefined,
): Readonly<Record<string, string>> {
  if (mail === undefined) return {};
  const { sender, recipients = [], configurationSet, contact } = mail;
  if (!Token.isUnresolved(sender) && !ADDRESS.test(sender))
    throw new Error(
      `failureMail.sender must be an email address such as scim@example.com, not "${sender}".`,
    );
  if (contact !== undefined && !/^\S[^\n\r]{0,199}$/.test(contact))
    throw new Error('failureMail.contact must be one line of at most 200 characters.');
  const wrong = recipients.find((recipient) => !ADDRESS.test(recipient));
  if (wrong !== undefined)
    throw new Error(
      `failureMail.recipients must be email addresses such as ops@example.com, not "${wrong}".`,
    );
  // https://docs.aws.amazon.com/ses/latest/dg/quotas.html
  if (recipients.length > 50)
    throw new Error(
      `failureMail.recipients must be at most 50 addresses, not ${recipients.length}: ` +
        'SES has this limit. Use a mailing list to reach more people.',
    );
  return {
    [ENVIRONMENT.mailFrom]: sender,
    ...(configurationSet === undefined
      ? {}
      : { [ENVIRONMENT.mailConfigurationSet]: configurationSet }),
    ...(contact === undefined ? {} : { [ENVIRONMENT.mailContact]: contact }),
    ...(recipients.length === 0 ? {} : { [ENVIRONMENT.mailTo]: recipients.join(',') }),
  };
}

/**
 * Returns how long failures are collected for one mail.
 * @throws Error for a time that Lambda's batching window does not support (at most five minutes)
 */
export function mailWindow({
  window = Duration.minutes(5),
}: Partial<FailureMailProps> = {}): Duration {
  const seconds = window.toSeconds({ integral: false });
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= 300) return window;
  throw new Error(
    `failureMail.window must be 1 to 300 whole seconds, not ${window.toHumanString()}.`,
  );
}

const ADDRESS = /^[^@\s<>,]+@[^@\s<>,]+$/;

/**
 * Lets a function send mails from the sender's address, to anybody. While an account is in the
 * sandbox of SES, SES also authorizes the identity of the recipient, so the policy names no
 * identity.
 * @see https://docs.aws.amazon.com/ses/latest/dg/control-user-access.html
 */
export function allowMail(
  fn: LambdaFunction,
  { sender, configurationSet }: FailureMailProps,
): void {
  const arn = (resource: string, resourceName: string): string =>
    Stack.of(fn).formatArn({ service: 'ses', resource, resourceName });
  fn.addToRolePolicy(
    new PolicyStatement({
      actions: ['ses:SendEmail'],
      resources: [
        arn('identity', '*'),
        ...(configurationSet === undefined ? [] : [arn('configuration-set', configurationSet)]),
      ],
      conditions: { StringEquals: { 'ses:FromAddress': sender } },
    }),
  );
}
