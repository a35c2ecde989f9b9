import {
  GetPublicKeyCommand,
  KMSClient,
  SignCommand,
  type GetPublicKeyRequest,
  type GetPublicKeyResponse,
  type SignRequest,
  type SignResponse,
} from '@aws-sdk/client-kms';

/*
 * The calls that functions make to KMS; `kms.ts` loads them. They fail with the errors of the SDK.
 * https://docs.aws.amazon.com/kms/latest/APIReference/API_Operations.html
 */

const client = new KMSClient({});

/** Returns the public key of an asymmetric key, and what it is for. */
export function getPublicKey(input: GetPublicKeyRequest): Promise<GetPublicKeyResponse> {
  return client.send(new GetPublicKeyCommand(input));
}

/** Signs a message or its digest with the private key of an asymmetric key. */
export function sign(input: SignRequest): Promise<SignResponse> {
  return client.send(new SignCommand(input));
}
