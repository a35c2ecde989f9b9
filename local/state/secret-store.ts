import { asText, isArray, isObject, type Json, type JsonObject } from '../../scim/json';
import { appendJsonLine, readJsonLines, writeJsonLines } from './files';

/** Version of a secret with its staging labels. The value is undefined until it is put. */
export interface SecretVersion {
  readonly id: string;
  readonly value: string | undefined;
  readonly stages: readonly string[];
}

/** Rotation schedule of a secret. */
export interface SecretRotation {
  readonly functionArn: string;
  readonly days: number;
  /** When it was last rotated, or the schedule was created: milliseconds since the epoch. */
  readonly since: number;
}

export interface Secret {
  readonly name: string;
  readonly versions: readonly SecretVersion[];
  readonly rotation?: SecretRotation;
  /** When its deletion was scheduled, in milliseconds since the epoch. */
  readonly deletedAt?: number;
}

/**
 * Stores the secrets of the Secrets Manager stand-in. Each change appends a line to the file, so
 * its cost does not depend on the number of secrets. The file is compacted when it is opened.
 */
export class SecretStore {
  private readonly secrets = new Map<string, Secret>();

  /**
   * @param file readable only by this user; without it, secrets stay in memory
   * @throws Error with advice if the file is damaged or cannot be written
   */
  constructor(private readonly file?: string) {
    if (file === undefined) return;
    for (const stored of readJsonLines(file)) this.load(stored);
    writeJsonLines(file, this.all());
  }

  get(name: string): Secret | undefined {
    return this.secrets.get(name);
  }

  all(): readonly Secret[] {
    return [...this.secrets.values()];
  }

  set(secret: Secret): void {
    this.secrets.set(secret.name, secret);
    this.append(secret);
  }

  delete(name: string): void {
    if (this.secrets.delete(name)) this.append({ name, versions: [] });
  }

  private append(secret: Secret): void {
    if (this.file !== undefined) appendJsonLine(this.file, secret);
  }

  private load(stored: Json): void {
    if (!isObject(stored)) return;
    const secret = secretFrom(stored);
    // A secret without versions was deleted.
    if (secret.versions.length === 0) this.secrets.delete(secret.name);
    else this.secrets.set(secret.name, secret);
  }
}

function secretFrom(stored: JsonObject): Secret {
  const { versions, rotation, deletedAt } = stored;
  return {
    name: asText(stored['name']),
    versions: (isArray(versions) ? versions : []).filter(isObject).map((version) => ({
      id: asText(version['id']),
      value: version['value'] === undefined ? undefined : asText(version['value']),
      stages: isArray(version['stages']) ? version['stages'].map(asText) : [],
    })),
    ...(typeof deletedAt === 'number' ? { deletedAt } : {}),
    ...(isObject(rotation)
      ? {
          rotation: {
            functionArn: asText(rotation['functionArn']),
            days: Number(rotation['days']),
            since: Number(rotation['since']),
          },
        }
      : {}),
  };
}
