import { randomUUID } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { asText, isObject, parseJson, type JsonObject } from '../scim/json';

/**
 * A stand-in for Secrets Manager that speaks its wire protocol (JSON 1.1), so that functions talk to it through their ordinary client:
 * the operations that the functions use, with the errors that they tell apart.
 */
export class LocalSecretsManager {
  private readonly secrets: Map<string, Secret>;

  /** @param file where the secrets are kept, readable by this user only; in memory without one */
  constructor(private readonly file?: string) {
    this.secrets = new Map(file !== undefined && existsSync(file) ? load(file) : []);
  }

  /** The current value of a secret. */
  valueOf(name: string): string | undefined {
    return this.secrets.get(name)?.value;
  }

  createServer(): Server {
    return createServer((request, response) => {
      this.handle(request, response).catch((error: unknown) => {
        answer(response, 500, { __type: 'InternalServiceError', Message: String(error) });
      });
    });
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = String(request.headers['x-amz-target'] ?? '');
    const input = parseJson(await text(request));
    if (!isObject(input)) {
      answer(response, 400, { __type: 'InvalidRequestException', Message: 'The request is no JSON object.' });
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
      case 'CreateSecret': {
        const name = asText(input['Name']);
        if (this.secrets.has(name))
          throw new SecretsError('ResourceExistsException', `The secret ${name} already exists.`);
        return this.store(name, input);
      }
      case 'PutSecretValue':
        return this.store(this.find(input).name, input);
      case 'GetSecretValue': {
        const { name, value, versionId } = this.find(input);
        return {
          ARN: arnOf(name),
          Name: name,
          SecretString: value,
          VersionId: versionId,
          VersionStages: ['AWSCURRENT'],
        };
      }
      default:
        throw new SecretsError('InvalidRequestException', `${operation} is not part of this stand-in.`);
    }
  }

  private find(input: JsonObject): Secret {
    const id = asText(input['SecretId']);
    const secret = this.secrets.get(id) ?? [...this.secrets.values()].find(({ name }) => arnOf(name) === id);
    if (secret === undefined)
      throw new SecretsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
    return secret;
  }

  private store(name: string, input: JsonObject): JsonObject {
    const versionId = asText(input['ClientRequestToken'] ?? randomUUID());
    this.secrets.set(name, { name, value: asText(input['SecretString']), versionId });
    if (this.file !== undefined) {
      writeFileSync(this.file, JSON.stringify([...this.secrets.values()], null, 1), { mode: 0o600 });
      chmodSync(this.file, 0o600);
    }
    return { ARN: arnOf(name), Name: name, VersionId: versionId };
  }
}

interface Secret {
  readonly name: string;
  readonly value: string;
  readonly versionId: string;
}

class SecretsError extends Error {
  constructor(
    readonly type: string,
    message: string,
  ) {
    super(message);
  }
}

function load(file: string): readonly (readonly [string, Secret])[] {
  const stored = parseJson(readFileSync(file, 'utf8'));
  const secrets = Array.isArray(stored) ? stored.filter(isObject) : [];
  return secrets.map((secret) => {
    const name = asText(secret['name']);
    return [name, { name, value: asText(secret['value']), versionId: asText(secret['versionId']) }];
  });
}

function arnOf(name: string): string {
  return `arn:aws:secretsmanager:us-east-1:000000000000:secret:${name}-local1`;
}

function answer(response: ServerResponse, status: number, body: JsonObject): void {
  response.writeHead(status, { 'Content-Type': 'application/x-amz-json-1.1' });
  response.end(JSON.stringify(body));
}
