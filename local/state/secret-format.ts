import { asText, isArray, type JsonObject } from '../../scim/json';
import type { Secret, SecretVersion } from './secret-store';

/** Staging label of the version that GetSecretValue returns by default. */
export const CURRENT = 'AWSCURRENT';

/** Staging label of the version that a rotation is creating. */
export const PENDING = 'AWSPENDING';

/** Steps of a rotation, in order. */
export const STEPS = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const;

const ARN_PREFIX = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:';
const ARN_SUFFIX = '-local1';

/** Error of Secrets Manager, answered with status 400. */
export class SecretsError extends Error {
  constructor(
    readonly type: string,
    message: string,
  ) {
    super(message);
  }
}

/**
 * Moves a staging label to one version of a secret, or removes it without a version. When
 * `AWSCURRENT` moves, its previous version gets `AWSPREVIOUS`.
 */
export function withStage(secret: Secret, stage: string, to: string | undefined): Secret {
  const before = secret.versions.find(({ stages }) => stages.includes(stage))?.id;
  const relabelled = secret.versions.map((version): SecretVersion => {
    const others = version.stages.filter((label) => label !== stage);
    return { ...version, stages: version.id === to ? [...others, stage] : others };
  });
  const result = { ...secret, versions: relabelled };
  const isMoved = stage === CURRENT && before !== undefined && before !== to;
  return isMoved ? withStage(result, 'AWSPREVIOUS', before) : result;
}

/** Creates the response of DescribeSecret. */
export function describe({ name, versions, rotation, deletedAt }: Secret): JsonObject {
  return {
    ARN: arnOf(name),
    Name: name,
    VersionIdsToStages: Object.fromEntries(
      versions.filter(({ stages }) => stages.length > 0).map(({ id, stages }) => [id, stages]),
    ),
    RotationEnabled: rotation !== undefined,
    ...(deletedAt === undefined ? {} : { DeletedDate: deletedAt / 1000 }),
    ...(rotation === undefined
      ? {}
      : {
          RotationLambdaARN: rotation.functionArn,
          RotationRules: { AutomaticallyAfterDays: rotation.days },
        }),
  };
}

/** Creates the event of a rotation step. */
export function rotationEvent(
  name: string,
  version: string,
  step: (typeof STEPS)[number],
): JsonObject {
  return { Step: step, SecretId: arnOf(name), ClientRequestToken: version };
}

/** Returns the staging labels of a PutSecretValue request; `AWSCURRENT` by default. */
export function stagesOf({ VersionStages: stages }: JsonObject): readonly string[] {
  return isArray(stages) ? stages.map(asText) : [CURRENT];
}

/** Returns the ARN of a secret. */
export function arnOf(name: string): string {
  return `${ARN_PREFIX}${name}${ARN_SUFFIX}`;
}

/** Returns the name of the secret that a request refers to, by name or ARN. */
export function nameOf({ SecretId: id }: JsonObject): string {
  const text = asText(id);
  return text.startsWith(ARN_PREFIX) ? text.slice(ARN_PREFIX.length, -ARN_SUFFIX.length) : text;
}
