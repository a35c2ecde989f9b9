import { Duration, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { ENVIRONMENT } from '../lambdas/contract';

/** How mails leave. */
export interface FailureMailProps {
  /** The address that mails come from. */
  readonly sender: string;

  /**
   * The identity of SES that is verified in this account and region and that the address belongs to: a domain or the address itself.
   *
   * @default - the domain of the address
   */
  readonly identity?: string;

  /**
   * The configuration set of SES to send with, such as the one that the identity has by default.
   *
   * @default - none
   */
  readonly configurationSet?: string;

  /**
   * How long failures are gathered before one mail tells them: 1 second to 5 minutes. A new token that waits is told so much later, too.
   *
   * @default Duration.minutes(5)
   */
  readonly window?: Duration;

  /**
   * Who is told of what concerns connections that name no recipients of their own, and of alarms (`alarms`). 50 addresses at most.
   *
   * @default - nobody
   */
  readonly recipients?: string[];
}

/** What the function that sends mails is to know; without `failureMail` it sends none. @throws Error for recipients that are no addresses, or too many */
export function mailEnvironment(mail: FailureMailProps | undefined): Readonly<Record<string, string>> {
  if (mail === undefined) return {};
  const { sender, recipients = [], configurationSet } = mail;
  const wrong = recipients.find((recipient) => !ADDRESS.test(recipient));
  if (wrong !== undefined) throw new Error(`failureMail.recipients takes e-mail addresses, not "${wrong}".`);
  // https://docs.aws.amazon.com/ses/latest/dg/quotas.html
  if (recipients.length > 50) throw new Error('failureMail.recipients takes 50 addresses at most: SES does.');
  return {
    [ENVIRONMENT.mailFrom]: sender,
    ...(configurationSet === undefined ? {} : { [ENVIRONMENT.mailConfigurationSet]: configurationSet }),
    ...(recipients.length === 0 ? {} : { [ENVIRONMENT.mailTo]: recipients.join(',') }),
  };
}

/** How long failures are gathered; Lambda gathers for five minutes at most. @throws Error for another time */
export function mailWindow({ window = Duration.minutes(5) }: Partial<FailureMailProps> = {}): Duration {
  const seconds = window.toSeconds({ integral: false });
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= 300) return window;
  throw new Error(`failureMail.window is 1 to 300 whole seconds, not ${window.toHumanString()}.`);
}

const ADDRESS = /^[^@\s<>,]+@([^@\s<>,]+)$/;

/** Lets a function send mails as an identity, which must exist: deploying does not wait for anybody to verify one. */
export function allowMail(
  fn: LambdaFunction,
  { sender, identity = domainOf(sender), configurationSet }: FailureMailProps,
): void {
  const arn = (resource: string, resourceName: string): string =>
    Stack.of(fn).formatArn({ service: 'ses', resource, resourceName });
  fn.addToRolePolicy(
    new PolicyStatement({
      actions: ['ses:SendEmail'],
      resources: [
        arn('identity', identity),
        ...(configurationSet === undefined ? [] : [arn('configuration-set', configurationSet)]),
      ],
    }),
  );
}

/** @throws Error for what is no address */
function domainOf(address: string): string {
  const [, domain] = ADDRESS.exec(address) ?? [];
  if (domain === undefined) {
    throw new Error(`failureMail.sender takes an e-mail address such as scim@example.com, not "${address}".`);
  }
  return domain;
}
