/** Service that the functions call, and that a VPC can have an endpoint for. */
export enum VpcEndpointService {
  /** DynamoDB: a gateway endpoint, which is free. */
  DYNAMODB = 'dynamodb',
  /** S3, for the responses of declared connections: a gateway endpoint, which is free. */
  S3 = 's3',
  /** Secrets Manager. */
  SECRETS_MANAGER = 'secretsmanager',
  /** Lambda. */
  LAMBDA = 'lambda',
  /** KMS, with `securityEvents`. */
  KMS = 'kms',
  /** EventBridge. */
  EVENT_BRIDGE = 'events',
  /** SES, with `failureMail`. */
  SES = 'ses',
}
