import { Stack, Token } from 'aws-cdk-lib';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { STAGE } from '../../lambdas/contract';
import { acknowledgeAdministration } from '../acknowledged-rules';

/**
 * Grants calls of the admin API with one HTTP method, or with all (`*`).
 * @throws Error for a principal of another account, because both accounts would have to allow the
 * call
 */
export function grantAdminApi(grantee: IGrantable, api: RestApi, method: string): Grant {
  const { principalAccount: theirs } = grantee.grantPrincipal;
  const { account: ours } = Stack.of(api);
  if (theirs !== undefined && ![theirs, ours].some(Token.isUnresolved) && theirs !== ours) {
    throw new Error(
      `The admin API accepts principals of account ${ours}, but this one is of ${theirs}. ` +
        `Let it assume a role in account ${ours}, and grant access to that role.`,
    );
  }
  acknowledgeAdministration(grantee, api, method);
  const resourceArns = [api.arnForExecuteApi(method, '/admin/*', STAGE)];
  return Grant.addToPrincipal({ grantee, actions: ['execute-api:Invoke'], resourceArns });
}
