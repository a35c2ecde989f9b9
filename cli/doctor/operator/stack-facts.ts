import { awsAccess, type AwsOptions } from '../../aws-access';
import type { Alarm, AwsCalls, MailAccount } from './aws-calls';
import { readTemplate, type StackTemplate, type TemplateDeployment } from './stack-template';
import type { Unchecked } from './unchecked';

/** The state of SES for the mails of a deployment. */
export interface MailFacts extends MailAccount {
  readonly sender: string;
  readonly isVerified: boolean;
}

/** The knowledge of AWS about a deployment. A part is undefined if it could not be read. */
export interface StackFacts {
  /** Undefined if the stack has none, or several of which none can be told apart. */
  readonly deployment: TemplateDeployment | undefined;
  /** Alarms that are on. */
  readonly alarms: readonly Alarm[] | undefined;
  /** Names of the deployment's secrets. */
  readonly secrets: readonly string[] | undefined;
  /** Returns whether a secret exists at this moment; the list can be out of date. */
  readonly hasSecret: (name: string) => Promise<boolean>;
  /** Undefined also for a deployment without mails. */
  readonly mail: MailFacts | undefined;
}

/**
 * Reads what AWS knows about a deployment in a stack and its nested stacks.
 * @param prefix the deployment's name, as far as the admin API tells it
 */
export async function stackFacts(
  stack: string,
  prefix: string | undefined,
  options: AwsOptions,
  unchecked: Unchecked,
): Promise<StackFacts> {
  const access = await awsAccess(options);
  const region = await access.region();
  const { AwsCalls: Calls } = await import('./aws-calls');
  const calls = new Calls(region, access);
  const hasSecret = (name: string): Promise<boolean> => calls.hasSecret(name);
  const templates = await unchecked.unlessFailed('the stack and all it declares', () =>
    templatesOf(calls, stack),
  );
  if (templates === undefined) {
    return {
      deployment: undefined,
      alarms: undefined,
      secrets: undefined,
      hasSecret,
      mail: undefined,
    };
  }
  const deployments = templates.flatMap(({ template }) => template.deployments);
  const deployment =
    prefix === undefined && deployments.length === 1
      ? deployments[0]
      : deployments.find(({ name }) => name === prefix);
  if (deployment === undefined) {
    unchecked.note('secrets, mails and declared connections', 'the stack does not name them');
  }
  for (const { id, settings } of deployment?.connections ?? []) {
    if (settings !== undefined) continue;
    unchecked.note(`the settings of ${id}`, 'the stack declares them with other resources');
  }
  const sender = deployment?.sender;
  const names = new Set(templates.flatMap(({ alarms }) => alarms));
  const [alarms, secrets, mail] = await Promise.all([
    unchecked.unlessFailed('alarms', () => calls.alarms(names)),
    deployment === undefined
      ? undefined
      : unchecked.unlessFailed('secrets', () => calls.secrets(`${deployment.name}/`)),
    sender === undefined
      ? undefined
      : unchecked.unlessFailed('SES', () => mailFacts(calls, sender)),
  ]);
  return { deployment, alarms, secrets, hasSecret, mail };
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
