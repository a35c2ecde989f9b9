import { awsAccess, type AwsOptions } from './aws-access';
import { reasonOf, UnreachableError, UsageError } from './errors';

/** The deployment in a stack, as far as the outputs describe it. */
export interface StackOutputs {
  readonly adminUrl: string;
  /** Missing if the app of the deployment has no such output. */
  readonly tableName: string | undefined;
}

/** An output of a stack. */
export interface Output {
  readonly OutputKey?: string | undefined;
  readonly OutputValue?: string | undefined;
}

/**
 * Reads the outputs of a stack with CloudFormation.
 * @throws UsageError if there is no such stack, or none of its outputs leads to the service
 * @throws UnreachableError if CloudFormation cannot be called
 */
export async function stackOutputs(stack: string, options: AwsOptions): Promise<StackOutputs> {
  const access = await awsAccess(options);
  const region = await access.region();
  const { CloudFormationClient, CloudFormationServiceException, DescribeStacksCommand } =
    await import('@aws-sdk/client-cloudformation');
  const client = new CloudFormationClient({ region, credentials: access.credentials });
  try {
    const { Stacks: [found] = [] } = await client.send(
      new DescribeStacksCommand({ StackName: stack }),
    );
    return readOutputs(found?.Outputs ?? [], stack);
  } catch (error) {
    if (error instanceof UsageError || error instanceof UnreachableError) throw error;
    // CloudFormation's error for a stack that does not exist.
    if (error instanceof CloudFormationServiceException && error.name === 'ValidationError') {
      throw new UsageError(`There is no stack "${stack}" in ${region}. Is --region right?`);
    }
    throw new UnreachableError(`The stack "${stack}" cannot be read: ${reasonOf(error)}`);
  }
}

/** The default endpoint of our REST API, whose stage is called `scim`. */
const ENDPOINT = /^https:\/\/[^/]+\.execute-api\.[^/]+\/scim\/$/;

/**
 * Finds the outputs of the deployable app, also below a construct, whose id comes before the name
 * and a hash after it; or else the endpoint that every REST API has as an output.
 * @throws UsageError
 */
export function readOutputs(outputs: readonly Output[], stack: string): StackOutputs {
  const valueOf = (name: string): string | undefined =>
    outputs.find(({ OutputKey: key = '' }) => new RegExp(`${name}(?:[0-9A-F]{8})?$`).test(key))
      ?.OutputValue;
  const endpoint = outputs.find(({ OutputValue: value = '' }) => ENDPOINT.test(value));
  const adminUrl =
    valueOf('AdminUrl') ??
    (endpoint?.OutputValue === undefined ? undefined : `${endpoint.OutputValue}admin`);
  if (adminUrl === undefined) {
    throw new UsageError(
      `The stack "${stack}" has no output AdminUrl. Add one to its app, or use --admin-url:\n` +
        "  new CfnOutput(stack, 'AdminUrl', { value: provider.adminUrl });",
    );
  }
  return { adminUrl, tableName: valueOf('TableName') };
}
