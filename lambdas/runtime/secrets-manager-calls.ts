import {
  CancelRotateSecretCommand,
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  RestoreSecretCommand,
  RotateSecretCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
  type CancelRotateSecretRequest,
  type CreateSecretRequest,
  type DeleteSecretRequest,
  type DescribeSecretRequest,
  type DescribeSecretResponse,
  type GetSecretValueRequest,
  type GetSecretValueResponse,
  type PutSecretValueRequest,
  type RestoreSecretRequest,
  type RotateSecretRequest,
  type UpdateSecretVersionStageRequest,
} from '@aws-sdk/client-secrets-manager';

/*
 * The calls that functions make to Secrets Manager; `secrets-manager.ts` loads them. They fail with
 * the errors of the SDK.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_Operations.html
 */

const client = new SecretsManagerClient({});

/** Removes the rotation schedule of a secret. */
export async function cancelRotateSecret(input: CancelRotateSecretRequest): Promise<void> {
  await client.send(new CancelRotateSecretCommand(input));
}

/** Creates a secret with its first version. */
export async function createSecret(input: CreateSecretRequest): Promise<void> {
  await client.send(new CreateSecretCommand(input));
}

/** Deletes a secret, or schedules its deletion. */
export async function deleteSecret(input: DeleteSecretRequest): Promise<void> {
  await client.send(new DeleteSecretCommand(input));
}

/** Returns what is known about a secret, without its value. */
export function describeSecret(input: DescribeSecretRequest): Promise<DescribeSecretResponse> {
  return client.send(new DescribeSecretCommand(input));
}

/** Returns the value of a version. */
export function getSecretValue(input: GetSecretValueRequest): Promise<GetSecretValueResponse> {
  return client.send(new GetSecretValueCommand(input));
}

/** Adds a version to a secret. */
export async function putSecretValue(input: PutSecretValueRequest): Promise<void> {
  await client.send(new PutSecretValueCommand(input));
}

/** Restores a secret whose deletion is scheduled. */
export async function restoreSecret(input: RestoreSecretRequest): Promise<void> {
  await client.send(new RestoreSecretCommand(input));
}

/** Sets the rotation schedule of a secret. */
export async function rotateSecret(input: RotateSecretRequest): Promise<void> {
  await client.send(new RotateSecretCommand(input));
}

/** Moves a label from one version to another. */
export async function updateSecretVersionStage(
  input: UpdateSecretVersionStageRequest,
): Promise<void> {
  await client.send(new UpdateSecretVersionStageCommand(input));
}
