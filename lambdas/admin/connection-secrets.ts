import {
  CreateSecretCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';

/** The secrets that hold the connections' current tokens, one for each: `<prefix>/<connection id>`. */
export class ConnectionSecrets {
  constructor(
    private readonly client: SecretsManagerClient,
    private readonly prefix: string,
  ) {}

  /** Name of a connection's secret. */
  nameOf(connectionId: string): string {
    return `${this.prefix}/${connectionId}`;
  }

  /** Makes a token the current value of the connection's secret; the secret is created when there is none. */
  async put(connectionId: string, token: string): Promise<void> {
    const name = this.nameOf(connectionId);
    try {
      await this.client.send(new PutSecretValueCommand({ SecretId: name, SecretString: token }));
    } catch (error) {
      if (!(error instanceof ResourceNotFoundException)) throw error;
      const Description = `SCIM bearer token of connection ${connectionId}`;
      await this.client.send(new CreateSecretCommand({ Name: name, Description, SecretString: token }));
    }
  }
}
