import { CfnOutput, RemovalPolicy } from 'aws-cdk-lib';
import { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { IdentityProvider, ScimResourceType, ScimServiceProvider } from '../../lib';
import { deployedStack } from './stack';

/*
 * `npm run test:deploy` deploys this app several times, with other props and bundles, and with a
 * table that it restored.
 */
const { SCIM_BUNDLES: bundlesPath, SCIM_UPDATED: updated } = process.env;
const { SCIM_TABLE_ARN: tableArn, SCIM_TABLE_STREAM_ARN: tableStreamArn = '' } = process.env;

const stack = deployedStack();
const provider = new ScimServiceProvider(stack, 'ServiceProvider', {
  failureMail: { sender: 'scim@example.com' },
  logRetention: updated === undefined ? RetentionDays.ONE_WEEK : RetentionDays.ONE_MONTH,
  connections: [
    { id: 'declared', displayName: updated ?? 'no', identityProvider: IdentityProvider.OKTA },
  ],
  resourceTypes: updated === undefined ? [] : [ScimResourceType.oktaRole()],
  // Lets `cdk destroy` delete everything.
  removalPolicy: RemovalPolicy.DESTROY,
  ...(bundlesPath === undefined ? {} : { bundlesPath }),
  ...(tableArn === undefined
    ? {}
    : {
        existingTable: TableV2.fromTableAttributes(stack, 'Restored', { tableArn, tableStreamArn }),
      }),
});
new CfnOutput(stack, 'ApiId', { value: provider.api.restApiId });
new CfnOutput(stack, 'Secret', { value: provider.tokenSecret('declared').secretName });
new CfnOutput(stack, 'Rotation', { value: provider.functions.tokenRotation.functionName });
new CfnOutput(stack, 'TableName', { value: provider.table.tableName });
