import { awsAccess, type AwsOptions } from '../../aws-access';
import { reasonOf } from '../../errors';
import type { Alarm, AwsCalls, MailAccount, Secret } from './aws-calls';
import { readTemplate, type DeclaredConnection, type StackTemplate } from './stack-template';

/** The state of SES for the mails of a deployment. */
export interface MailFacts extends MailAccount {
  readonly sender: string;
  readonly isVerified: boolean;
}

/** What AWS knows about a deployment. A part is undefined if it could not be read. */
export interface StackFacts {
  readonly deployment: string | undefined;
  readonly declared: readonly DeclaredConnection[];
  /** Alarms that are on. */
  readonly alarms: readonly Alarm[] | undefined;
  /** The deployment's secrets. */
  readonly secrets: readonly Secret[] | undefined;
  /** Undefined also for a deployment without mails. */
  readonly mail: MailFacts | undefined;
}

/**
 * Reads what AWS knows about the deployment in a stack and its nested stacks.
 * @param onUnread receives what could not be read, and why, such as a missing permission
 */
export async function stackFacts(
  stack: string,
  options: AwsOptions,
  onUnread: (part: string, reason: string) => void,
): Promise<StackFacts> {
  const access = await awsAccess(options);
  const region = await access.region();
  const { AwsCalls: Calls } = await import('./aws-calls');
  const calls = new Calls(region, access);
  const read = async <T>(part: string, task: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await task();
    } catch (error) {
      onUnread(part, reasonOf(error));
      return undefined;
    }
  };
  const templates = (await read('the stack', () => templatesOf(calls, stack))) ?? [];
  const deployment = templates.flatMap((each) => each.template.deployment ?? [])[0];
  const sender = templates.flatMap((each) => each.template.sender ?? [])[0];
  const names = new Set(templates.flatMap(({ alarms }) => alarms));
  const [alarms, secrets, mail] = await Promise.all([
    read('alarms', () => calls.alarms(names)),
    deployment === undefined ? undefined : read('secrets', () => calls.secrets(`${deployment}/`)),
    sender === undefined ? undefined : read('SES', () => mailFacts(calls, sender)),
  ]);
  const declared = templates.flatMap((each) => each.template.connections);
  return { deployment, declared, alarms, secrets, mail };
}

/** A template with the names of its alarms. */
interface NamedTemplate {
  readonly template: StackTemplate;
  readonly alarms: readonly string[];
}

/** Returns the templates of a stack and of its nested stacks. */
async function templatesOf(calls: AwsCalls, stack: string): Promise<readonly NamedTemplate[]> {
  const [text, names] = await Promise.all([calls.template(stack), calls.resources(stack)]);
  const template = readTemplate(text);
  const alarms = template.alarms.flatMap((id) => names.get(id) ?? []);
  const nested = template.nested.flatMap((id) => names.get(id) ?? []);
  const below = await Promise.all(nested.map((each) => templatesOf(calls, each)));
  return [{ template, alarms }, ...below.flat()];
}

async function mailFacts(calls: AwsCalls, sender: string): Promise<MailFacts> {
  const [account, isVerified] = await Promise.all([calls.mailAccount(), calls.isVerified(sender)]);
  return { ...account, sender, isVerified };
}
