import { CfnResource, Duration, Token } from 'aws-cdk-lib';
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  Code,
  Function as LambdaFunction,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { createLogGroup } from '../log-group';
import type { Construct } from 'constructs';
import { existsSync } from 'node:fs';
import * as path from 'node:path';
import { ENVIRONMENT, type FunctionName } from '../../lambdas/contract';
import type { FunctionNetwork } from '../network/network';
import type { ScimServiceProviderProps } from '../scim-service-provider-props';

/** Options that all functions of a service provider share. */
export interface ScimFunctionOptions extends Pick<
  ScimServiceProviderProps,
  'bundlesPath' | 'logEncryptionKey' | 'logRetention' | 'memorySize' | 'runtime' | 'tracing'
> {
  readonly environment: Readonly<Record<string, string>>;
  readonly network: FunctionNetwork | undefined;
}

/** Options of one function. */
export interface ScimFunctionProps extends ScimFunctionOptions {
  /** Name of the function's folder in the bundles. */
  readonly name: FunctionName;
  readonly description: string;
  /** @default Duration.seconds(28), because API Gateway times out after 29 seconds */
  readonly timeout?: Duration;
  /** @default - no reservation */
  readonly reservedConcurrentExecutions?: number;
}

/**
 * Permissions that Lambda needs to run a function in a VPC. They apply to all resources, because
 * network interfaces have no names before Lambda creates them.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
 */
const NETWORK_ACTIONS = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
];

/** A function from its prebuilt bundle, with its own log group and role and no managed policy. */
export class ScimFunction extends LambdaFunction {
  constructor(scope: Construct, id: string, props: ScimFunctionProps) {
    const { name, description, environment, bundlesPath, timeout = Duration.seconds(28) } = props;
    const { network, runtime = Runtime.NODEJS_24_X, memorySize = 512, tracing = false } = props;
    checkMemory(memorySize);
    const logGroup = createLogGroup(scope, `${id}Logs`, props);
    const role = new Role(scope, `${id}Role`, {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
    role.addToPolicy(
      new PolicyStatement({
        effect: Effect.ALLOW,
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [logGroup.logGroupArn],
      }),
    );
    if (network !== undefined)
      role.addToPolicy(new PolicyStatement({ actions: NETWORK_ACTIONS, resources: ['*'] }));
    super(scope, id, {
      description,
      runtime,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: Code.fromAsset(bundlePath(name, bundlesPath)),
      environment: { ...environment, ...(tracing ? { [ENVIRONMENT.tracing]: '1' } : {}) },
      role,
      logGroup,
      // 512 MB comes with 0.29 CPUs. That is enough, because requests mostly wait for DynamoDB
      // (bench/RESULTS.md); only bodies of several MB take noticeably longer.
      memorySize,
      timeout,
      ...(props.reservedConcurrentExecutions === undefined
        ? {}
        : { reservedConcurrentExecutions: props.reservedConcurrentExecutions }),
      tracing: tracing ? Tracing.ACTIVE : Tracing.DISABLED,
      ...network,
    });
    // CDK adds a dependency on the role that CloudFormation infers anyway. cfn-lint warns about it
    // (W3005), but it does no harm.
    const resource = this.node.defaultChild;
    if (resource instanceof CfnResource)
      resource.addMetadata('cfn-lint', { config: { ignore_checks: ['W3005'] } });
  }
}

/**
 * Folders of the bundles, relative to this file: the package has them next to the compiled
 * constructs, the repository below `dist`.
 */
const BUNDLES = ['../../lambdas', '../../dist/lambdas'].map((folder) =>
  path.join(__dirname, folder),
);

function bundlePath(name: FunctionName, bundlesPath?: string): string {
  const folders = (bundlesPath === undefined ? BUNDLES : [bundlesPath]).map((folder) =>
    path.join(folder, name),
  );
  const folder =
    folders.find((candidate) => existsSync(path.join(candidate, 'index.mjs'))) ??
    folders.at(-1) ??
    '';
  if (!existsSync(path.join(folder, 'index.mjs'))) {
    throw new Error(
      `The bundle of the function "${name}" is missing in ${folder}. ` +
        'Run "npm run build", or set bundlesPath to the folder with the bundles.',
    );
  }
  return folder;
}

/**
 * @throws Error for a size that Lambda does not offer
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
 */
function checkMemory(megabytes: number): void {
  if (Token.isUnresolved(megabytes)) return;
  if (Number.isInteger(megabytes) && megabytes >= 128 && megabytes <= 10_240) return;
  throw new Error(`memorySize must be 128 to 10240 whole megabytes, not ${megabytes}.`);
}
