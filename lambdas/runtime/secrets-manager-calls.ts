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

/* The calls that functions make to Secrets Manager; `secrets-manager.ts` loads them. */

const client = new SecretsManagerClient({});

/** @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CancelRotateSecret.html */
export async function cancelRotateSecret(input: CancelRotateSecretRequest): Promise<void> {
  await client.send(new CancelRotateSecretCommand(input));
}

/** @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html */
export async function createSecret(input: CreateSecretRequest): Promise<void> {
  await client.send(new CreateSecretCommand(input));
}

/** @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html */
export async function deleteSecret(input: DeleteSecretRequest): Promise<void> {
  await client.send(new DeleteSecretCommand(input));
}

/** @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DescribeSecret.html */
export function describeSecret(input: DescribeSecretRequest): Promise<DescribeSecretResponse> {
  return client.send(new DescribeSecretCommand(input));
}

/** @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html */
export function getSecretValue(input: GetSecretValueRequest): Promise<GetSecretValueResponse> {
  return client.send(new GetSecretValueCommand(input));
}

/** @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html */
export async function putSecretValue(input: PutSecretValueRequest): Promise<void> {
  await client.send(new PutSecretValueCommand(input));
}

/** @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RestoreSecret.html */
export async function restoreSecret(input: RestoreSecretRequest): Promise<void> {
  await client.send(new RestoreSecretCommand(input));
}

/** @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotateSecret.html */
export async function rotateSecret(input: RotateSecretRequest): Promise<void> {
  await client.send(new RotateSecretCommand(input));
}

/** @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html */
export async function updateSecretVersionStage(
  input: UpdateSecretVersionStageRequest,
): Promise<void> {
  await client.send(new UpdateSecretVersionStageCommand(input));
}
