import {
  CancelRotateSecretCommand,
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  InvalidParameterException,
  InvalidRequestException,
  PutSecretValueCommand,
  ResourceExistsException,
  ResourceNotFoundException,
  RotateSecretCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { ENVIRONMENT } from '../contract';
import { variable } from '../runtime/environment';

const CURRENT = 'AWSCURRENT';
const PENDING = 'AWSPENDING';

/** The secrets of the deployment that the construct names in the environment. */
export function openSecrets(): ConnectionSecrets {
  return new ConnectionSecrets(
    new SecretsManagerClient({}),
    variable(ENVIRONMENT.deployment),
    process.env[ENVIRONMENT.secretKey],
  );
}

/**
 * The secrets that hold the connections' main tokens, one for each: `<prefix>/<connection id>`. The version under `AWSCURRENT` is what a
 * pipeline reads; the one under `AWSPENDING` is on its way there.
 */
export class ConnectionSecrets {
  constructor(
    private readonly client: SecretsManagerClient,
    private readonly prefix: string,
    /** ARN of the key that new secrets are encrypted with; the account's default one without it. */
    private readonly key?: string,
  ) {}

  /** Name of a connection's secret. */
  nameOf(connectionId: string): string {
    return `${this.prefix}/${connectionId}`;
  }

  /** The connection whose secret an ARN or a name means. @returns undefined for a secret that is not of this deployment */
  connectionOf(secretId: string): string | undefined {
    // Secrets Manager appends six characters to the name in the ARN.
    const name = secretId.startsWith('arn:')
      ? secretId.split(':').slice(6).join(':').slice(0, -7)
      : secretId;
    return name.startsWith(`${this.prefix}/`) ? name.slice(this.prefix.length + 1) : undefined;
  }

  /** Creates the secret with its first value, current at once. @returns false when there is one already */
  async create(connectionId: string, value: string, version: string): Promise<boolean> {
    try {
      await this.client.send(
        new CreateSecretCommand({
          Name: this.nameOf(connectionId),
          Description: `SCIM bearer token of connection ${connectionId}`,
          SecretString: value,
          ClientRequestToken: version,
          KmsKeyId: this.key,
        }),
      );
    } catch (error) {
      if (!(error instanceof ResourceExistsException)) throw error;
      return false;
    }
    return true;
  }

  /** Adds a value that is not current yet. Where there is no secret it is created with it. */
  async addPending(connectionId: string, value: string, version: string): Promise<void> {
    try {
      await this.put(connectionId, value, version);
    } catch (error) {
      if (!(error instanceof ResourceNotFoundException)) throw error;
      if (!(await this.create(connectionId, value, version)))
        await this.put(connectionId, value, version);
    }
  }

  private async put(connectionId: string, value: string, version: string): Promise<void> {
    await this.client.send(
      new PutSecretValueCommand({
        SecretId: this.nameOf(connectionId),
        SecretString: value,
        ClientRequestToken: version,
        VersionStages: [PENDING],
      }),
    );
  }

  /** The value of a version. @returns undefined when it has none */
  async valueOf(connectionId: string, version: string): Promise<string | undefined> {
    try {
      const input = { SecretId: this.nameOf(connectionId), VersionId: version };
      return (await this.client.send(new GetSecretValueCommand(input))).SecretString;
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return undefined;
      throw error;
    }
  }

  /** The version that is current. @throws ResourceNotFoundException */
  async currentVersion(connectionId: string): Promise<string | undefined> {
    return this.versionWith(connectionId, CURRENT);
  }

  private async versionWith(connectionId: string, label: string): Promise<string | undefined> {
    const input = { SecretId: this.nameOf(connectionId) };
    const { VersionIdsToStages: stages = {} } = await this.client.send(
      new DescribeSecretCommand(input),
    );
    return Object.entries(stages).find(([, labels]) => labels.includes(label))?.[0];
  }

  /**
   * Makes a version the current one in place of another.
   * @param before the version that was current
   * @throws InvalidParameterException, InvalidRequestException when that one is not current any more
   */
  async makeCurrent(
    connectionId: string,
    version: string,
    before: string | undefined,
  ): Promise<void> {
    await this.client.send(
      new UpdateSecretVersionStageCommand({
        SecretId: this.nameOf(connectionId),
        VersionStage: CURRENT,
        MoveToVersionId: version,
        RemoveFromVersionId: before,
      }),
    );
  }

  /** Takes the label off a version that is to become current no more, or is already: left behind it would stand in the way of the next one. */
  async dropPending(connectionId: string, version: string): Promise<void> {
    try {
      const input = {
        SecretId: this.nameOf(connectionId),
        VersionStage: PENDING,
        RemoveFromVersionId: version,
      };
      await this.client.send(new UpdateSecretVersionStageCommand(input));
    } catch (error) {
      if (!isWrongVersion(error)) throw error;
    }
  }

  /**
   * Has the secret rotated by a function every so many days; the first time when they are over, or at once.
   * @throws InvalidRequestException while a rotation is under way
   */
  async rotateEvery(
    connectionId: string,
    days: number,
    functionArn: string,
    atOnce: boolean,
  ): Promise<void> {
    await this.client.send(
      new RotateSecretCommand({
        SecretId: this.nameOf(connectionId),
        RotationLambdaARN: functionArn,
        RotationRules: { AutomaticallyAfterDays: days },
        RotateImmediately: atOnce,
      }),
    );
  }

  /** Days between two rotations on schedule; 0 without one. @returns undefined when there is no secret */
  async rotationDays(connectionId: string): Promise<number | undefined> {
    const described = this.client.send(
      new DescribeSecretCommand({ SecretId: this.nameOf(connectionId) }),
    );
    const secret = await described.catch(ignoreMissing);
    if (secret === undefined) return undefined;
    return secret.RotationEnabled === true
      ? (secret.RotationRules?.AutomaticallyAfterDays ?? 0)
      : 0;
  }

  /** Ends the schedule, and a rotation that is under way: its label would stand in the way of the next one. */
  async rotateNoMore(connectionId: string): Promise<void> {
    await unlessMissing(
      this.client.send(new CancelRotateSecretCommand({ SecretId: this.nameOf(connectionId) })),
    );
    const pending = await this.versionWith(connectionId, PENDING).catch(ignoreMissing);
    if (pending !== undefined) await this.dropPending(connectionId, pending);
  }

  /** Deletes the secret at once: its tokens are of no use any more. */
  async delete(connectionId: string): Promise<void> {
    const input = { SecretId: this.nameOf(connectionId), ForceDeleteWithoutRecovery: true };
    await unlessMissing(this.client.send(new DeleteSecretCommand(input)));
  }
}

/** Whether a label could not be moved because another version has it. */
function isWrongVersion(error: unknown): boolean {
  return error instanceof InvalidParameterException || error instanceof InvalidRequestException;
}

async function unlessMissing(call: Promise<unknown>): Promise<void> {
  await call.catch(ignoreMissing);
}

function ignoreMissing(error: unknown): undefined {
  if (!(error instanceof ResourceNotFoundException)) throw error;
  return undefined;
}
