import { App, Stack, Stage, type Environment } from 'aws-cdk-lib';
import { PipelineType } from 'aws-cdk-lib/aws-codepipeline';
import {
  CodePipeline,
  CodePipelineSource,
  ManualApprovalStep,
  ShellStep,
} from 'aws-cdk-lib/pipelines';
import { ScimAccess, ScimServiceProvider, type ScimServiceProviderProps } from 'cdk-scim';

/**
 * SCIM in a test and a production account. A pipeline in a third account deploys each version to
 * the test account, and after an approval to production. Bootstrap all three, the two with
 * `--trust <account of the pipeline>` and
 * `--cloudformation-execution-policies arn:aws:iam::aws:policy/AdministratorAccess`.
 */
const region = 'eu-central-1';
const ACCOUNTS = { pipeline: '111111111111', test: '222222222222', production: '333333333333' };

function scimIn(env: Environment, name: string, props: ScimServiceProviderProps): Stage {
  const stage = new Stage(pipelineStack, name, { env });
  new ScimServiceProvider(new Stack(stage, 'Identity'), 'Scim', props);
  return stage;
}

const app = new App();
const pipelineStack = new Stack(app, 'IdentityPipeline', {
  env: { account: ACCOUNTS.pipeline, region },
});

const pipeline = new CodePipeline(pipelineStack, 'Pipeline', {
  crossAccountKeys: true,
  pipelineType: PipelineType.V2,
  synth: new ShellStep('Synth', {
    input: CodePipelineSource.connection('example/identity', 'main', {
      connectionArn: `arn:aws:codeconnections:${region}:${ACCOUNTS.pipeline}:connection/example`,
    }),
    commands: ['npm ci', 'npx cdk synth'],
  }),
});
pipeline.addStage(
  scimIn({ account: ACCOUNTS.test, region }, 'Test', {
    access: ScimAccess.fromIpRanges('192.0.2.0/24'),
  }),
);
pipeline.addStage(
  scimIn({ account: ACCOUNTS.production, region }, 'Production', {
    alarms: {},
    failureMail: { sender: 'scim@example.com', recipients: ['identity-team@example.com'] },
  }),
  { pre: [new ManualApprovalStep('Approve')] },
);
