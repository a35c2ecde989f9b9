import { RemovalPolicy } from 'aws-cdk-lib';
import { Key, KeySpec, KeyUsage, type IKey } from 'aws-cdk-lib/aws-kms';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { ENVIRONMENT } from '../../lambdas/contract';

/**
 * Creates the keys that sign security event tokens: the one with the number given, and the one
 * before it, which tokens that are under way were signed with. KMS does not rotate asymmetric keys.
 * @param number counted from 1
 * @returns the key that signs first
 * @throws Error for a number that is no integer of at least 1
 */
export function createSigningKeys(scope: Construct, number = 1): readonly Key[] {
  if (!Number.isInteger(number) || number < 1) {
    throw new Error(`securityEventKey must be 1 or a greater integer, not ${number}.`);
  }
  return [number, number - 1]
    .filter((each) => each > 0)
    .map(
      (each) =>
        new Key(scope, `SigningKey${each}`, {
          description: `SCIM: signs security event tokens, key ${each}`,
          keySpec: KeySpec.ECC_NIST_P256,
          keyUsage: KeyUsage.SIGN_VERIFY,
          // A key that is gone ends the verification of its tokens; KMS keeps it for some days.
          removalPolicy: RemovalPolicy.DESTROY,
        }),
    );
}

/** Returns the ARNs of keys, as the environment variable has them. */
export function keyArns(keys: readonly IKey[]): string {
  return keys.map(({ keyArn }) => keyArn).join(',');
}

/**
 * Lets a function sign tokens. While a deployment replaces the key that signs, functions still use
 * the earlier one, so that it covers both.
 */
export function allowSigning(fn: LambdaFunction, keys: readonly IKey[]): void {
  fn.addEnvironment(ENVIRONMENT.signingKeys, keyArns(keys));
  allowCalls(fn, keys, 'kms:Sign');
}

/** Lets a function read the public keys. */
export function allowReading(fn: LambdaFunction, keys: readonly IKey[]): void {
  allowCalls(fn, keys, 'kms:GetPublicKey');
}

function allowCalls(fn: LambdaFunction, keys: readonly IKey[], action: string): void {
  const resources = keys.map(({ keyArn }) => keyArn);
  fn.addToRolePolicy(new PolicyStatement({ actions: [action], resources }));
}
