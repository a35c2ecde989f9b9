import { RemovalPolicy } from 'aws-cdk-lib';
import { admin, send, type Body } from '../support/client';
import { CloudFormation } from './cloudformation';
import { FaultySystem } from './faulty-system';

/** Settings of a declared connection, as far as tests set them. */
export interface Settings {
  readonly displayName: string;
  readonly identityProvider?: string;
  readonly rotation?: { readonly everyDays: number };
}

export const SETTINGS: Settings = {
  displayName: 'Declared',
  identityProvider: 'okta',
  rotation: { everyDays: 30 },
};

/** A stack that declares connections, with the function that creates them. */
export class DeclaredStack {
  private ids = 0;

  private constructor(
    readonly system: FaultySystem,
    private readonly cloudFormation: CloudFormation,
  ) {}

  static async start(): Promise<DeclaredStack> {
    const system = await FaultySystem.start(undefined, {
      connections: [{ id: 'declared' }],
      removalPolicy: RemovalPolicy.DESTROY,
    });
    return new DeclaredStack(system, await CloudFormation.start(system));
  }

  async stop(): Promise<void> {
    await this.cloudFormation.stop();
    await this.system.stop();
  }

  /** Returns an id for a connection that does not exist. */
  newId(): string {
    return `declared-${(this.ids += 1)}`;
  }

  /** Sends an event about a connection. @returns the response of the function */
  async declare(
    RequestType: string,
    Id: string,
    settings: Settings,
    more: object = {},
  ): Promise<Body> {
    return this.cloudFormation.send({
      RequestType,
      LogicalResourceId: `Connection${Id}`,
      RequestId: `${Id}-${RequestType}`,
      ...(RequestType === 'Create' ? {} : { PhysicalResourceId: Id }),
      ResourceType: 'Custom::ScimConnection',
      ResourceProperties: { ServiceToken: 'arn', Id, Settings: JSON.stringify(settings) },
      ...(RequestType === 'Update' ? { OldResourceProperties: { Id, Settings: '{}' } } : {}),
      ...more,
    });
  }

  /** Returns the status of a SCIM request with the token in the connection's secret. */
  async statusWithSecret(id: string): Promise<number> {
    const { body } = await admin('GET', `/connections/${id}`);
    const headers = {
      Authorization: `Bearer ${String(this.system.secrets.valueOf(String(body.secretName)))}`,
    };
    return (await send('GET', `${String(body.scimBaseUrl)}/Users`, headers)).status;
  }
}
