import {
  CloudFormationClient,
  GetTemplateCommand,
  paginateListStackResources,
} from '@aws-sdk/client-cloudformation';
import { CloudWatchClient, paginateDescribeAlarms } from '@aws-sdk/client-cloudwatch';
import {
  DescribeSecretCommand,
  paginateListSecrets,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { GetAccountCommand, GetEmailIdentityCommand, SESv2Client } from '@aws-sdk/client-sesv2';
import type { AwsAccess } from '../../aws-access';

/* Calls of AWS about a deployment. Load this file when it is needed: the clients are large. */

/** An alarm that is on. */
export interface Alarm {
  readonly name: string;
  readonly description: string;
  /** RFC 3339; undefined if AWS does not say it. */
  readonly since: string | undefined;
}

/** The account's state in SES. */
export interface MailAccount {
  readonly isInSandbox: boolean;
  readonly canSend: boolean;
}

/** Reads what AWS knows about a deployment, in one region. Its methods throw errors of the SDK. */
export class AwsCalls {
  private readonly options: {
    readonly region: string;
    readonly credentials: AwsAccess['credentials'];
  };

  constructor(region: string, { credentials }: AwsAccess) {
    this.options = { region, credentials };
  }

  /** Returns the template of a stack, as JSON text. */
  async template(stack: string): Promise<string> {
    const client = new CloudFormationClient(this.options);
    const { TemplateBody: text = '' } = await client.send(
      new GetTemplateCommand({ StackName: stack }),
    );
    return text;
  }

  /** Returns the resources of a stack with their physical ids, by their logical ids. */
  async resources(stack: string): Promise<ReadonlyMap<string, string>> {
    const client = new CloudFormationClient(this.options);
    const found = new Map<string, string>();
    for await (const page of paginateListStackResources({ client }, { StackName: stack })) {
      for (const resource of page.StackResourceSummaries ?? []) {
        const { LogicalResourceId: id = '', PhysicalResourceId: name = '' } = resource;
        found.set(id, name);
      }
    }
    return found;
  }

  /** Returns the alarms in the state ALARM, of those with the given names. */
  async alarms(names: ReadonlySet<string>): Promise<readonly Alarm[]> {
    const client = new CloudWatchClient(this.options);
    const found: Alarm[] = [];
    for await (const page of paginateDescribeAlarms({ client }, { StateValue: 'ALARM' })) {
      for (const alarm of page.MetricAlarms ?? []) {
        const { AlarmName: name = '', AlarmDescription: description = '' } = alarm;
        const since = alarm.StateTransitionedTimestamp ?? alarm.StateUpdatedTimestamp;
        if (names.has(name)) found.push({ name, description, since: since?.toISOString() });
      }
    }
    return found;
  }

  /**
   * Returns the names of secrets that begin with a text. Secrets that are being deleted are left
   * out, and changes of the last five minutes can be missing.
   */
  async secrets(prefix: string): Promise<readonly string[]> {
    const client = new SecretsManagerClient(this.options);
    const found: string[] = [];
    const filters = [{ Key: 'name' as const, Values: [prefix] }];
    for await (const page of paginateListSecrets({ client }, { Filters: filters })) {
      for (const { Name: name = '' } of page.SecretList ?? []) found.push(name);
    }
    return found;
  }

  /** Returns whether a secret exists at this moment, and is not being deleted. */
  async hasSecret(name: string): Promise<boolean> {
    const client = new SecretsManagerClient(this.options);
    try {
      const { DeletedDate: deleted } = await client.send(
        new DescribeSecretCommand({ SecretId: name }),
      );
      return deleted === undefined;
    } catch (error) {
      if (isCalled(error, 'ResourceNotFoundException')) return false;
      throw error;
    }
  }

  /** Returns the account's state in SES. */
  async mailAccount(): Promise<MailAccount> {
    const account = await new SESv2Client(this.options).send(new GetAccountCommand({}));
    const { ProductionAccessEnabled: isProduction = false, SendingEnabled: canSend = false } =
      account;
    return { isInSandbox: !isProduction, canSend };
  }

  /** Returns whether SES accepts mails from an address: it or a domain of it is verified. */
  async isVerified(address: string): Promise<boolean> {
    const client = new SESv2Client(this.options);
    for (const identity of identitiesOf(address)) {
      try {
        const { VerifiedForSendingStatus: isVerified = false } = await client.send(
          new GetEmailIdentityCommand({ EmailIdentity: identity }),
        );
        if (isVerified) return true;
      } catch (error) {
        if (!isCalled(error, 'NotFoundException')) throw error;
      }
    }
    return false;
  }
}

/**
 * Returns the identities any of which allows an address: itself, its domain, and the domains above.
 * @see https://docs.aws.amazon.com/ses/latest/dg/creating-identities.html
 */
export function identitiesOf(address: string): readonly string[] {
  const labels = address.slice(address.lastIndexOf('@') + 1).split('.');
  const domains = labels.slice(0, -1).map((_, index) => labels.slice(index).join('.'));
  return [address, ...domains];
}

function isCalled(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name;
}
