import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { asText, isObject, parseJson, type JsonObject } from '../../scim/json';
import type { Clock } from '../clock';
import { isForeign } from '../loopback';
import {
  arnOf,
  CURRENT,
  describe,
  nameOf,
  PENDING,
  rotationEvent,
  SecretsError,
  stagesOf,
  STEPS,
  withStage,
} from '../state/secret-format';
import { SecretStore, type Secret } from '../state/secret-store';

/** Interval between checks for secrets that are due for rotation. */
const LOOK_MS = 60_000;

/** Invokes a rotation function by its ARN. */
export type InvokeFunction = (functionArn: string, event: JsonObject) => Promise<unknown>;

/**
 * Secrets Manager stand-in that implements its wire protocol (JSON 1.1), so that functions use
 * their regular client. It supports the operations that the functions call, the errors that they
 * distinguish, and rotation in four steps.
 */
export class LocalSecretsManager {
  private readonly store: SecretStore;

  /** @param file readable only by this user; without it, secrets stay in memory */
  constructor(
    private readonly clock: Clock,
    private readonly invoke: InvokeFunction,
    file?: string,
  ) {
    this.store = new SecretStore(file);
  }

  /** Returns the current value of a secret. */
  valueOf(name: string): string | undefined {
    return this.store.get(name)?.versions.find(({ stages }) => stages.includes(CURRENT))?.value;
  }

  /** Returns the rotation schedule of a secret. */
  rotationOf(name: string): Secret['rotation'] {
    return this.store.get(name)?.rotation;
  }

  /** Schedules the deletion of a secret, as people do in the console. It can be restored. */
  scheduleDeletion(name: string): void {
    this.remove({ SecretId: name });
  }

  /** Rotates secrets when they are due. @returns a function that ends it */
  startRotations(): () => void {
    return this.clock.every(LOOK_MS, async () => {
      for (const { name, rotation, deletedAt } of this.store.all()) {
        if (
          rotation === undefined ||
          deletedAt !== undefined ||
          this.clock.now() < rotation.since + rotation.days * 86_400_000
        )
          continue;
        // A failed rotation is retried at the next check.
        await this.rotate(name).catch(() => undefined);
      }
    });
  }

  createServer(): Server {
    return createServer((request, response) => {
      if (isForeign(request)) {
        answer(response, 403, { __type: 'AccessDeniedException' });
        return;
      }
      this.handle(request, response).catch((error: unknown) => {
        answer(response, 500, { __type: 'InternalServiceError', Message: String(error) });
      });
    });
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = String(request.headers['x-amz-target'] ?? '');
    const input = parseJson(await text(request));
    if (!isObject(input)) {
      answer(response, 400, {
        __type: 'InvalidRequestException',
        Message: 'The request must be a JSON object.',
      });
      return;
    }
    try {
      answer(response, 200, this.perform(target.replace('secretsmanager.', ''), input));
    } catch (error) {
      if (!(error instanceof SecretsError)) throw error;
      answer(response, 400, { __type: error.type, Message: error.message });
    }
  }

  private perform(operation: string, input: JsonObject): JsonObject {
    switch (operation) {
      case 'CreateSecret':
        return this.create(input);
      case 'PutSecretValue':
        return this.put(this.find(input), input, stagesOf(input));
      case 'GetSecretValue':
        return this.getValue(this.find(input), input);
      case 'DescribeSecret':
        return describe(this.findAny(input));
      case 'UpdateSecretVersionStage':
        return this.moveStage(this.find(input), input);
      case 'DeleteSecret':
        return this.remove(input);
      case 'RestoreSecret': {
        const { deletedAt: _, ...secret } = this.findAny(input);
        this.store.set(secret);
        return { ARN: arnOf(secret.name), Name: secret.name };
      }
      case 'RotateSecret':
        return this.setRotation(this.find(input), input);
      case 'CancelRotateSecret': {
        const { rotation: _, ...secret } = this.find(input);
        this.store.set(secret);
        return { ARN: arnOf(secret.name), Name: secret.name };
      }
      default:
        throw new SecretsError(
          'InvalidRequestException',
          `This stand-in does not support ${operation}.`,
        );
    }
  }

  /** Finds a secret whose deletion is not scheduled. */
  private find(input: JsonObject): Secret {
    const secret = this.findAny(input);
    if (secret.deletedAt === undefined) return secret;
    throw new SecretsError(
      'InvalidRequestException',
      "You can't perform this operation on the secret because it was marked for deletion.",
    );
  }

  /**
   * Deletes a secret, also one that does not exist, at once; or schedules its deletion, so that it
   * can be restored until then.
   */
  private remove(input: JsonObject): JsonObject {
    const name = nameOf(input);
    const now = this.clock.now();
    if (input['ForceDeleteWithoutRecovery'] === true) this.store.delete(name);
    else this.store.set({ ...this.findAny(input), deletedAt: now });
    return { ARN: arnOf(name), Name: name, DeletionDate: now / 1000 };
  }

  private findAny(input: JsonObject): Secret {
    const secret = this.store.get(nameOf(input));
    if (secret !== undefined) return secret;
    throw new SecretsError(
      'ResourceNotFoundException',
      "Secrets Manager can't find the specified secret.",
    );
  }

  private create(input: JsonObject): JsonObject {
    const name = asText(input['Name']);
    const present = this.store.get(name);
    if (present?.deletedAt !== undefined) {
      throw new SecretsError(
        'InvalidRequestException',
        "You can't create this secret because a secret with this name is already scheduled for " +
          'deletion.',
      );
    }
    if (present !== undefined) {
      throw new SecretsError(
        'ResourceExistsException',
        `The operation failed because the secret ${name} already exists.`,
      );
    }
    return this.put({ name, versions: [] }, input, [CURRENT]);
  }

  private put(secret: Secret, input: JsonObject, stages: readonly string[]): JsonObject {
    const id = asText(input['ClientRequestToken'] ?? randomUUID());
    const value = asText(input['SecretString']);
    const existing = secret.versions.find((version) => version.id === id);
    if (existing?.value !== undefined && existing.value !== value) {
      throw new SecretsError(
        'ResourceExistsException',
        `Version ${id} already has a different value.`,
      );
    }
    const others = secret.versions.filter((version) => version !== existing);
    const added: Secret = {
      ...secret,
      versions: [...others, { id, value, stages: existing?.stages ?? [] }],
    };
    this.store.set(stages.reduce<Secret>((result, stage) => withStage(result, stage, id), added));
    return { ARN: arnOf(secret.name), Name: secret.name, VersionId: id, VersionStages: stages };
  }

  private getValue(secret: Secret, input: JsonObject): JsonObject {
    const { VersionId: wanted, VersionStage: stage = wanted === undefined ? CURRENT : undefined } =
      input;
    const version = secret.versions.find(
      ({ id, stages }) =>
        (wanted === undefined || id === wanted) &&
        (stage === undefined || stages.includes(asText(stage))),
    );
    if (version?.value === undefined) {
      const missing = `Secrets Manager can't find the secret value for ${asText(wanted ?? stage)}.`;
      throw new SecretsError('ResourceNotFoundException', missing);
    }
    const { id: VersionId, value: SecretString, stages: VersionStages } = version;
    return { ARN: arnOf(secret.name), Name: secret.name, SecretString, VersionId, VersionStages };
  }

  private moveStage(secret: Secret, input: JsonObject): JsonObject {
    const [stage, from, to] = [
      input['VersionStage'],
      input['RemoveFromVersionId'],
      input['MoveToVersionId'],
    ].map(asText);
    const holder = secret.versions.find(({ stages }) => stages.includes(stage ?? ''));
    if (holder !== undefined && holder.id !== to && holder.id !== from) {
      const mismatch = `Staging label ${stage ?? ''} is attached to version ${holder.id}.`;
      throw new SecretsError('InvalidParameterException', mismatch);
    }
    if (to !== '' && !secret.versions.some(({ id }) => id === to)) {
      throw new SecretsError('ResourceNotFoundException', `Version ${to ?? ''} does not exist.`);
    }
    this.store.set(withStage(secret, stage ?? '', to === '' ? undefined : to));
    return { ARN: arnOf(secret.name), Name: secret.name };
  }

  private setRotation(secret: Secret, input: JsonObject): JsonObject {
    const { name } = secret;
    const rules = input['RotationRules'];
    const days = Number(isObject(rules) ? rules['AutomaticallyAfterDays'] : secret.rotation?.days);
    const functionArn = asText(input['RotationLambdaARN'] ?? secret.rotation?.functionArn);
    if (!Number.isInteger(days) || days < 1 || days > 1000 || functionArn === '') {
      throw new SecretsError(
        'InvalidParameterException',
        'A rotation needs a function and 1 to 1000 days.',
      );
    }
    if (
      secret.versions.some(({ stages }) => stages.includes(PENDING) && !stages.includes(CURRENT))
    ) {
      const unfinished = "A previous rotation isn't complete. That rotation will be reattempted.";
      throw new SecretsError('InvalidRequestException', unfinished);
    }
    this.store.set({ ...secret, rotation: { functionArn, days, since: this.clock.now() } });
    const version = asText(input['ClientRequestToken'] ?? randomUUID());
    // Without immediate rotation, "Secrets Manager tests the rotation configuration by running the
    // testSecret step". The version of that test has no value.
    const begun =
      input['RotateImmediately'] === false
        ? this.invoke(functionArn, rotationEvent(name, version, 'testSecret'))
        : this.rotate(name, version);
    begun.catch(() => undefined);
    return { ARN: arnOf(name), Name: name, VersionId: version };
  }

  /** Runs the four rotation steps on the pending version of a failed attempt, or on a new one. */
  private async rotate(name: string, version: string = randomUUID()): Promise<void> {
    const secret = this.store.get(name);
    if (secret?.rotation === undefined) return;
    const left = secret.versions.find(
      ({ stages }) => stages.includes(PENDING) && !stages.includes(CURRENT),
    );
    const pending = left?.id ?? version;
    if (left === undefined) {
      const added = {
        ...secret,
        versions: [...secret.versions, { id: pending, value: undefined, stages: [] }],
      };
      this.store.set(withStage(added, PENDING, pending));
    }
    for (const step of STEPS)
      await this.invoke(secret.rotation.functionArn, rotationEvent(name, pending, step));
    const rotated = this.store.get(name);
    if (rotated?.rotation === undefined) return;
    this.store.set({ ...rotated, rotation: { ...rotated.rotation, since: this.clock.now() } });
  }
}

function answer(response: ServerResponse, status: number, body: JsonObject): void {
  response.writeHead(status, { 'Content-Type': 'application/x-amz-json-1.1' });
  response.end(JSON.stringify(body));
}
