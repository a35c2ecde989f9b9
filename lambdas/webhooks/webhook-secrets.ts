import type { Tag } from '@aws-sdk/client-secrets-manager';
import { randomBytes, randomUUID } from 'node:crypto';
import type { WebhookEndpoint } from '../../directory/webhooks/endpoint';
import { KEY_BYTES, secretOf } from '../../events/webhooks/signature';
import { isSecretsManagerError, secretsManager } from '../runtime/secrets-manager';

/** A secret that was just created, with the version that Secrets Manager has it under. */
export interface NewSecret {
  readonly value: string;
  readonly version: string;
}

/**
 * The signing secrets of webhook endpoints: `<prefix>/webhooks/<endpoint id>`. Secrets Manager
 * keeps the secret before the current one as `AWSPREVIOUS`, which signs during an overlap.
 */
export class WebhookSecrets {
  private readonly cached = new Map<string, Promise<string | undefined>>();

  constructor(
    private readonly prefix: string,
    /** ARN of the KMS key for new secrets; undefined for the account's default key. */
    private readonly key?: string,
    /** Tags of new secrets. */
    private readonly tags: readonly Tag[] = [],
  ) {}

  private nameOf(webhook: string): string {
    return `${this.prefix}/webhooks/${webhook}`;
  }

  /** Creates the secret of a new endpoint. */
  async create(webhook: string): Promise<NewSecret> {
    const { createSecret } = await secretsManager();
    const secret = newSecret();
    await createSecret({
      Name: this.nameOf(webhook),
      Description: `SCIM signing secret of webhook ${webhook}`,
      SecretString: secret.value,
      ClientRequestToken: secret.version,
      KmsKeyId: this.key,
      Tags: [...this.tags],
    });
    return secret;
  }

  /** Replaces the secret of an endpoint. The earlier one stays as `AWSPREVIOUS`. */
  async rotate(webhook: string): Promise<NewSecret> {
    const { putSecretValue } = await secretsManager();
    const secret = newSecret();
    await putSecretValue({
      SecretId: this.nameOf(webhook),
      SecretString: secret.value,
      ClientRequestToken: secret.version,
    });
    return secret;
  }

  /** Deletes the secret of an endpoint without a recovery window. */
  async delete(webhook: string): Promise<void> {
    const { deleteSecret } = await secretsManager();
    try {
      await deleteSecret({ SecretId: this.nameOf(webhook), ForceDeleteWithoutRecovery: true });
    } catch (error) {
      if (!isSecretsManagerError(error, 'ResourceNotFoundException')) throw error;
    }
  }

  /**
   * Returns the secrets that sign an endpoint's events now, the current one first. They are read by
   * version: a new one signs when its operator has got it, and not before.
   */
  async signingSecrets({
    id,
    secretVersion,
    previousSecret,
  }: WebhookEndpoint): Promise<readonly string[]> {
    const isOverlap = previousSecret !== undefined && Date.parse(previousSecret.until) > Date.now();
    const versions = [secretVersion, ...(isOverlap ? [previousSecret.version] : [])];
    const values = await Promise.all(versions.map((version) => this.valueOf(id, version)));
    return values.filter((value) => value !== undefined);
  }

  /** Reads each version once. */
  private valueOf(webhook: string, version: string): Promise<string | undefined> {
    const found = this.cached.get(version) ?? this.read(webhook, version);
    this.cached.set(version, found);
    // A failed read is repeated with the next event.
    found.catch(() => this.cached.delete(version));
    return found;
  }

  private async read(webhook: string, version: string): Promise<string | undefined> {
    const { getSecretValue } = await secretsManager();
    const input = { SecretId: this.nameOf(webhook), VersionId: version };
    return (await getSecretValue(input)).SecretString;
  }
}

function newSecret(): NewSecret {
  return { value: secretOf(randomBytes(KEY_BYTES)), version: randomUUID() };
}
