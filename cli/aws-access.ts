import { reasonOf, UnreachableError, UsageError } from './errors';

/** Where AWS credentials and the region come from. */
export interface AwsOptions {
  /** @default - the region of the environment or the profile */
  readonly region?: string | undefined;
  /** A profile of the AWS CLI. @default - the default chain of the SDK */
  readonly profile?: string | undefined;
}

/** AWS credentials, as the SDK has them. */
interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Credentials and a region, looked up as the AWS CLI does. */
export interface AwsAccess {
  /** @throws UnreachableError if there are none */
  readonly credentials: () => Promise<AwsCredentials>;
  /** @throws UsageError if there is none */
  readonly region: () => Promise<string>;
}

/** Loads the part of the SDK that finds credentials and the region. */
export async function awsAccess({ region, profile }: AwsOptions): Promise<AwsAccess> {
  // The SDK's notice that later versions need a newer Node.js is for maintainers, not for users.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
  const { CloudFormationClient } = await import('@aws-sdk/client-cloudformation');
  const { config } = new CloudFormationClient({
    ...(region === undefined ? {} : { region }),
    ...(profile === undefined ? {} : { profile }),
  });
  return {
    credentials: async () => {
      try {
        return await config.credentials();
      } catch (error) {
        throw new UnreachableError(
          `There are no AWS credentials: ${reasonOf(error)}. Sign in, for example with ` +
            '"aws sso login", or name a profile of the AWS CLI with --profile.',
        );
      }
    },
    region: async () => {
      try {
        return await config.region();
      } catch {
        throw new UsageError('The AWS region is unknown. Add --region, or set AWS_REGION.');
      }
    },
  };
}
