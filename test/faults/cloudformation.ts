import { createServer, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Body } from '../support/client';
import { close, listen } from '../support/loopback-server';
import type { FaultySystem } from './faulty-system';

/** The stack that declares connections and resource types. */
export const STACK = 'arn:aws:cloudformation:us-east-1:000000000000:stack/Scim/1';

/** An event of CloudFormation, without what it adds to each. */
export interface DeclarationEvent {
  readonly RequestType: string;
  readonly LogicalResourceId: string;
  readonly ResourceType: string;
  readonly ResourceProperties: object;
  readonly [member: string]: unknown;
}

/** CloudFormation, as the function `declared-connections` sees it. */
export class CloudFormation {
  private result: Body;
  private url = '';

  private constructor(
    private readonly system: FaultySystem,
    private readonly server: Server,
  ) {}

  /** Starts to serve response URLs: in AWS S3 URLs, signed for a PUT without a content type. */
  static async start(system: FaultySystem): Promise<CloudFormation> {
    const server = createServer();
    const stack = new CloudFormation(system, server);
    server.on('request', (request, response) => {
      const { method, headers } = request;
      void text(request).then((body) => {
        const isSigned = method === 'PUT' && headers['content-type'] === '';
        stack.result = isSigned ? JSON.parse(body) : { Status: 'UNSIGNED' };
        response.end();
      });
    });
    stack.url = await listen(server);
    return stack;
  }

  async stop(): Promise<void> {
    await close(this.server);
  }

  /** Invokes the function with an event. @returns its response */
  async send(event: DeclarationEvent): Promise<Body> {
    this.result = undefined;
    await this.system.invoke('Declaration', {
      StackId: STACK,
      RequestId: `${event.LogicalResourceId}-${event.RequestType}`,
      ResponseURL: `${this.url}/answer?signature=x`,
      ...event,
    });
    return this.result;
  }
}
