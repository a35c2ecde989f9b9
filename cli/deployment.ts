import { ScimAdminClient, ScimClient } from '../client';
import { awsAccess, type AwsOptions } from './aws-access';
import { UnreachableError, UsageError } from './errors';
import { stackOutputs } from './stack-outputs';

/** The options that name a deployment. Without any of them, it is a local `npm start`. */
export interface DeploymentOptions extends AwsOptions {
  readonly stack?: string | undefined;
  readonly adminUrl?: string | undefined;
}

/** Clients of a deployment. */
export interface Deployment {
  /** URL of the admin API. */
  readonly adminUrl: string;
  /** The stack that names it; undefined if its URL does. */
  readonly stack: string | undefined;
  readonly admin: ScimAdminClient;
  readonly application: ScimClient;
}

const LOCAL_URL = 'http://127.0.0.1:8080/scim/admin';
const LOCAL_TIMEOUT_MS = 5000;

/**
 * Finds the deployment that the options name.
 * @throws UsageError, UnreachableError
 */
export async function findDeployment(options: DeploymentOptions): Promise<Deployment> {
  const named = namedBy(options);
  const adminUrl = await adminUrlOf(named, options);
  const access = await accessTo(adminUrl, options);
  return {
    adminUrl,
    stack: named.stack,
    admin: new ScimAdminClient({ url: adminUrl, ...access }),
    application: new ScimClient({ url: adminUrl.replace(/admin$/, 'app/v1'), ...access }),
  };
}

async function adminUrlOf(
  { stack, adminUrl }: DeploymentOptions,
  options: DeploymentOptions,
): Promise<string> {
  if (stack !== undefined && adminUrl !== undefined) {
    throw new UsageError(
      '--stack and --admin-url name a deployment each, and so do CDK_SCIM_STACK and ' +
        'CDK_SCIM_ADMIN_URL. Use one of them.',
    );
  }
  if (stack !== undefined) return (await stackOutputs(stack, options)).adminUrl;
  if (adminUrl === undefined) {
    await checkLocal();
    return LOCAL_URL;
  }
  const url = adminUrl.replace(/\/$/, '');
  if (URL.canParse(url) && /^https?:\/\/.+\/admin$/.test(url)) return url;
  throw new UsageError(
    `--admin-url takes the stack's output AdminUrl, which ends with /admin, not "${adminUrl}".`,
  );
}

/** Returns what names the deployment: the options, else the environment. */
function namedBy({ stack, adminUrl }: DeploymentOptions): DeploymentOptions {
  if (stack !== undefined || adminUrl !== undefined) return { stack, adminUrl };
  return { stack: variable('CDK_SCIM_STACK'), adminUrl: variable('CDK_SCIM_ADMIN_URL') };
}

/** Returns a variable of the environment; undefined also if it is empty. */
export function variable(name: string): string | undefined {
  const value = process.env[name];
  return value === '' ? undefined : value;
}

/** @throws UnreachableError unless something answers at the default address of `npm start` */
async function checkLocal(): Promise<void> {
  const { origin } = new URL(LOCAL_URL);
  const signal = AbortSignal.timeout(LOCAL_TIMEOUT_MS);
  const answer = await fetch(LOCAL_URL, { signal }).catch(() => undefined);
  if (answer !== undefined) return;
  throw new UnreachableError(
    `No local system answers at ${origin}. Start it with npm start, or name a deployment with ` +
      '--stack or --admin-url.',
  );
}

/** Returns what signs requests; a local system needs no signature, so any region will do. */
async function accessTo(
  adminUrl: string,
  options: DeploymentOptions,
): Promise<Pick<ConstructorParameters<typeof ScimClient>[0], 'region' | 'credentials'>> {
  const { hostname } = new URL(adminUrl);
  if (['127.0.0.1', 'localhost', '[::1]'].includes(hostname)) return { region: 'us-east-1' };
  const { credentials, region } = await awsAccess(options);
  // The host of a REST API names its region; that of a custom domain does not.
  return hostname.includes('.execute-api.')
    ? { credentials }
    : { credentials, region: await region() };
}
