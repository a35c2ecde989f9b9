import { Stack, Token } from 'aws-cdk-lib';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { STAGE } from '../../lambdas/contract';
import { acknowledgeCalls } from '../acknowledged-rules';

/** Calls that a grant allows: an HTTP method, or all (`*`), and a path below the stage. */
export interface GrantedCalls {
  readonly method: string;
  readonly path: string;
}

/**
 * Grants calls of the admin or application API.
 * @throws Error for a principal of another account, because both accounts would have to allow the
 * call
 */
export function grantCalls(
  grantee: IGrantable,
  api: RestApi,
  { method, path }: GrantedCalls,
): Grant {
  const { principalAccount: theirs } = grantee.grantPrincipal;
  const { account: ours } = Stack.of(api);
  if (theirs !== undefined && ![theirs, ours].some(Token.isUnresolved) && theirs !== ours) {
    throw new Error(
      `The API accepts principals of account ${ours}, but this one is of ${theirs}. ` +
        `Let it assume a role in account ${ours}, and grant access to that role.`,
    );
  }
  if (path.includes('*')) acknowledgeCalls(grantee, api, `${method}${path}`);
  const resourceArns = [api.arnForExecuteApi(method, path, STAGE)];
  return Grant.addToPrincipal({ grantee, actions: ['execute-api:Invoke'], resourceArns });
}
