import { CfnOutput } from 'aws-cdk-lib';
import { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnInclude } from 'aws-cdk-lib/cloudformation-include';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { deployedStack } from './stack';

/*
 * The stack of app.ts as release 0.2.0 synthesized it, with the present code of the functions. The
 * fixture has the name of each function's bundle in place of its code.
 */
const FIXTURE = path.join(__dirname, 'fixtures', 'template-0.2.0.json');
const BUNDLES = path.join(__dirname, '..', '..', 'dist', 'lambdas');

interface Fixture {
  readonly Resources: Readonly<
    Record<string, { readonly Properties?: { readonly Code?: { readonly ZipFile: string } } }>
  >;
}

const stack = deployedStack();
const template = new CfnInclude(stack, 'Release', {
  templateFile: FIXTURE,
  preserveLogicalIds: true,
});
const { Resources: resources } = JSON.parse(readFileSync(FIXTURE, 'utf8')) as Fixture;
for (const [logicalId, { Properties: properties }] of Object.entries(resources)) {
  const bundle = properties?.Code?.ZipFile;
  if (bundle === undefined) continue;
  const asset = new Asset(stack, bundle, { path: path.join(BUNDLES, bundle) });
  const fn = template.getResource(logicalId);
  if (!(fn instanceof CfnFunction)) throw new Error(`${logicalId} is not a function.`);
  fn.code = { s3Bucket: asset.s3BucketName, s3Key: asset.s3ObjectKey };
}
const [table] = Object.entries(resources).filter(([id]) => id.startsWith('ServiceProviderTable'));
new CfnOutput(stack, 'TableName', { value: template.getResource(table?.[0] ?? '').ref });
