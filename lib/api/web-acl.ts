import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import type { Construct } from 'constructs';
import type { ScimServiceProviderProps } from '../scim-service-provider-props';

/**
 * Associates the API with a web ACL, if the props have one.
 * @throws Error if they have two
 */
export function addWebAcl(
  scope: Construct,
  api: RestApi,
  { webAcl, webAclArn }: Pick<ScimServiceProviderProps, 'webAcl' | 'webAclArn'>,
): void {
  if (webAcl !== undefined && webAclArn !== undefined)
    throw new Error('webAcl and webAclArn are two web ACLs. Remove one of the two.');
  const arn = webAclArn ?? webAcl?.webAclRef.webAclArn;
  if (arn === undefined) return;
  const { stageArn: resourceArn } = api.deploymentStage;
  new CfnWebACLAssociation(scope, 'WebAcl', { resourceArn, webAclArn: arn });
}
