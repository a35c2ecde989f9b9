import type { Tag } from '@aws-sdk/client-secrets-manager';
import { setTimeout as sleep } from 'node:timers/promises';
import { asText, isObject, parseJson } from '../../scim/json';
import { ENVIRONMENT } from '../contract';
import { variable } from '../runtime/environment';
import { isSecretsManagerError, secretsManager } from '../runtime/secrets-manager';
import { WebhookSecrets } from '../webhooks/webhook-secrets';

const CURRENT = 'AWSCURRENT';
const PENDING = 'AWSPENDING';

/** Attempts to create a secret, a second apart, while one with the same name is being deleted. */
const CREATE_ATTEMPTS = 5;

/** Tag of every secret, whose value is the connection's id. */
const CONNECTION_TAG = 'scim:connection';

/** Reads the tags of the stack. */
function tagsFrom(json: string): readonly Tag[] {
  const tags = parseJson(json);
  return Object.entries(isObject(tags) ? tags : {}).map(([Key, value]) => ({
    Key,
    Value: asText(value),
  }));
}

/** Opens the secrets of the deployment that the environment names. */
export function openSecrets(): ConnectionSecrets {
  return new ConnectionSecrets(
    variable(ENVIRONMENT.deployment),
    process.env[ENVIRONMENT.secretKey],
    tagsFrom(process.env[ENVIRONMENT.secretTags] ?? '{}'),
  );
}

/** Opens the signing secrets of webhooks of the deployment that the environment names. */
export function openWebhookSecrets(): WebhookSecrets {
  return new WebhookSecrets(
    variable(ENVIRONMENT.deployment),
    process.env[ENVIRONMENT.secretKey],
    tagsFrom(process.env[ENVIRONMENT.secretTags] ?? '{}'),
  );
}

/**
 * The secrets with the main tokens, one per connection: `<prefix>/<connection id>`. `AWSCURRENT`
 * labels the version that a pipeline reads, `AWSPENDING` the one that is about to become current.
 */
export class ConnectionSecrets {
  constructor(
    private readonly prefix: string,
    /** ARN of the KMS key for new secrets; undefined for the account's default key. */
    private readonly key?: string,
    /** Tags of new secrets. */
    private readonly tags: readonly Tag[] = [],
  ) {}

  /** Returns the name of a connection's secret. */
  nameOf(connectionId: string): string {
    return `${this.prefix}/${connectionId}`;
  }

  /** Returns the connection of a secret's ARN or name; undefined for other deployments' secrets. */
  connectionOf(secretId: string): string | undefined {
    // Secrets Manager appends six characters to the name in the ARN.
    const name = secretId.startsWith('arn:')
      ? secretId.split(':').slice(6).join(':').slice(0, -7)
      : secretId;
    return name.startsWith(`${this.prefix}/`) ? name.slice(this.prefix.length + 1) : undefined;
  }

  /**
   * Creates the secret with a current value.
   * @returns false if it exists already, also if it was scheduled for deletion: it is restored then
   */
  async create(connectionId: string, value: string, version: string): Promise<boolean> {
    const { createSecret } = await secretsManager();
    const input = {
      Name: this.nameOf(connectionId),
      Description: `SCIM bearer token of connection ${connectionId}`,
      SecretString: value,
      ClientRequestToken: version,
      KmsKeyId: this.key,
      Tags: [...this.tags, { Key: CONNECTION_TAG, Value: connectionId }],
    };
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.orRestored(connectionId, () => createSecret(input));
        return true;
      } catch (error) {
        if (isSecretsManagerError(error, 'ResourceExistsException')) return false;
        // A forced deletion is asynchronous, and the name is taken until it has ended.
        const isTaken = isSecretsManagerError(error, 'InvalidRequestException');
        if (!isTaken || attempt === CREATE_ATTEMPTS) throw error;
        await sleep(1000);
      }
    }
  }

  /**
   * Makes a call. If it fails because somebody scheduled the secret's deletion, which can be undone
   * for 7 to 30 days, restores the secret and makes the call again.
   * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/manage_delete-secret.html
   */
  private async orRestored<T>(connectionId: string, call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      if (!isSecretsManagerError(error, 'InvalidRequestException')) throw error;
      if (!(await this.restore(connectionId))) throw error;
      return call();
    }
  }

  /** @returns false if the secret was not scheduled for deletion, or is being deleted already */
  private async restore(connectionId: string): Promise<boolean> {
    const { describeSecret, restoreSecret } = await secretsManager();
    const input = { SecretId: this.nameOf(connectionId) };
    const secret = await describeSecret(input).catch(ignoreMissing);
    if (secret?.DeletedDate === undefined) return false;
    try {
      await restoreSecret(input);
      return true;
    } catch (error) {
      if (isGone(error)) return false;
      throw error;
    }
  }

  /** Adds a pending value. If there is no secret, it is created with this value. */
  async addPending(connectionId: string, value: string, version: string): Promise<void> {
    try {
      await this.put(connectionId, value, version);
    } catch (error) {
      if (!isSecretsManagerError(error, 'ResourceNotFoundException')) throw error;
      if (!(await this.create(connectionId, value, version)))
        await this.put(connectionId, value, version);
    }
  }

  private async put(connectionId: string, value: string, version: string): Promise<void> {
    const { putSecretValue } = await secretsManager();
    const input = {
      SecretId: this.nameOf(connectionId),
      SecretString: value,
      ClientRequestToken: version,
      VersionStages: [PENDING],
    };
    await this.orRestored(connectionId, () => putSecretValue(input));
  }

  /** Returns the value of a version; undefined if it has none. */
  async valueOf(connectionId: string, version: string): Promise<string | undefined> {
    const { getSecretValue } = await secretsManager();
    const input = { SecretId: this.nameOf(connectionId), VersionId: version };
    return (await getSecretValue(input).catch(ignoreMissing))?.SecretString;
  }

  /** Returns the current version. @throws ResourceNotFoundException */
  async currentVersion(connectionId: string): Promise<string | undefined> {
    return this.versionWith(connectionId, CURRENT);
  }

  private async versionWith(connectionId: string, label: string): Promise<string | undefined> {
    const { describeSecret } = await secretsManager();
    const { VersionIdsToStages: stages = {} } = await describeSecret({
      SecretId: this.nameOf(connectionId),
    });
    return Object.entries(stages).find(([, labels]) => labels.includes(label))?.[0];
  }

  /**
   * Makes a version current in place of another.
   * @param before the version that was current
   * @throws InvalidParameterException, InvalidRequestException if that version is no longer current
   */
  async makeCurrent(
    connectionId: string,
    version: string,
    before: string | undefined,
  ): Promise<void> {
    const { updateSecretVersionStage } = await secretsManager();
    await updateSecretVersionStage({
      SecretId: this.nameOf(connectionId),
      VersionStage: CURRENT,
      MoveToVersionId: version,
      RemoveFromVersionId: before,
    });
  }

  /**
   * Removes the label `AWSPENDING` from a version; left behind, it would block the next rotation.
   */
  async dropPending(connectionId: string, version: string): Promise<void> {
    const { updateSecretVersionStage } = await secretsManager();
    try {
      await updateSecretVersionStage({
        SecretId: this.nameOf(connectionId),
        VersionStage: PENDING,
        RemoveFromVersionId: version,
      });
    } catch (error) {
      if (!isWrongVersion(error)) throw error;
    }
  }

  /**
   * Schedules the secret's rotation by a function.
   * @param atOnce whether it is also rotated right away
   * @throws InvalidRequestException during a rotation
   */
  async rotateEvery(
    connectionId: string,
    days: number,
    functionArn: string,
    atOnce: boolean,
  ): Promise<void> {
    const { rotateSecret } = await secretsManager();
    const input = {
      SecretId: this.nameOf(connectionId),
      RotationLambdaARN: functionArn,
      RotationRules: { AutomaticallyAfterDays: days },
      RotateImmediately: atOnce,
    };
    await this.orRestored(connectionId, () => rotateSecret(input));
  }

  /**
   * Returns the days between scheduled rotations: 0 without a schedule, undefined without a secret.
   */
  async rotationDays(connectionId: string): Promise<number | undefined> {
    const { describeSecret } = await secretsManager();
    const input = { SecretId: this.nameOf(connectionId) };
    const secret = await describeSecret(input).catch(ignoreMissing);
    if (secret === undefined) return undefined;
    return secret.RotationEnabled === true
      ? (secret.RotationRules?.AutomaticallyAfterDays ?? 0)
      : 0;
  }

  /**
   * Removes the schedule, and the label of a rotation that is under way: it would block the next.
   */
  async rotateNoMore(connectionId: string): Promise<void> {
    const { cancelRotateSecret } = await secretsManager();
    await cancelRotateSecret({ SecretId: this.nameOf(connectionId) }).catch(ignoreMissing);
    const pending = await this.versionWith(connectionId, PENDING).catch(ignoreMissing);
    if (pending !== undefined) await this.dropPending(connectionId, pending);
  }

  /** Deletes the secret without a recovery window: its tokens are worthless. */
  async delete(connectionId: string): Promise<void> {
    const { deleteSecret } = await secretsManager();
    const input = { SecretId: this.nameOf(connectionId), ForceDeleteWithoutRecovery: true };
    await deleteSecret(input).catch(ignoreMissing);
  }
}

/** Returns whether a label could not be moved because another version has it. */
function isWrongVersion(error: unknown): boolean {
  return isSecretsManagerError(error, 'InvalidParameterException', 'InvalidRequestException');
}

/** Returns whether a secret could not be restored because its deletion has begun. */
function isGone(error: unknown): boolean {
  return isSecretsManagerError(error, 'ResourceNotFoundException', 'InvalidRequestException');
}

function ignoreMissing(error: unknown): undefined {
  if (!isSecretsManagerError(error, 'ResourceNotFoundException')) throw error;
  return undefined;
}
