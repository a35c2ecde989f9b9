import * as cdk from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Versions of aws-cdk-lib before 2.263 have no validations to acknowledge. */
const { Validations }: { readonly Validations?: typeof cdk.Validations } = cdk;

/** Acknowledges a validation rule that a construct does not follow, with the reason. */
export function acknowledge(scope: IConstruct, id: string, reason: string): void {
  Validations?.of(scope).acknowledge({ id, reason });
}
