import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type _Record as StreamRecord,
} from '@aws-sdk/client-dynamodb-streams';
import { createServer } from 'node:http';
import { completeAbandoned, type ResyncWorker } from '../../directory/completion/completion';
import { EventAppender } from '../../directory/events/append';
import { resync } from '../../events/resync';
import { ENVIRONMENT } from '../../lambdas/contract';
import { Table } from '../../directory/store/table';
import { verify } from '../../directory/verify/verify';
import { LOCAL_CREDENTIALS, startEngine, type Engine } from '../../local/engine';
import { Clock } from '../../local/clock';
import { serveGateway } from '../../local/gateway';
import { LocalEventBus } from '../../local/services/event-bus';
import { LocalFunction } from '../../local/local-function';
import type { ScimServiceProviderProps } from '../../lib';
import { createTable } from '../../local/local-table';
import { LocalKms } from '../../local/services/kms';
import { Mailbox } from '../../local/services/mailbox';
import { LocalSecretsManager } from '../../local/services/secrets-manager';
import { Template } from '../../local/template';
import { seed } from '../../cli/seed/seed';
import type { Client } from '../support/client';
import { openEngine } from '../directory/support';
import { close, listen } from '../support/loopback-server';
import { FaultProxy } from './fault-proxy';

const TABLE_NAME = 'scim';

const resyncWorker: ResyncWorker = (table, intent) =>
  resync(table, intent, {
    appender: new EventAppender(30),
    scimBaseUrl: (connection) => `https://scim.example/${connection}`,
  });

/**
 * The built functions behind their gateway, with fault proxies in front of the DynamoDB engine,
 * Secrets Manager and SES. Neither the stream nor the schedule runs: work that a dead function
 * leaves behind stays until a test calls `recover`.
 */
export class FaultySystem {
  private constructor(
    readonly proxy: FaultProxy,
    readonly secretsProxy: FaultProxy,
    readonly secrets: LocalSecretsManager,
    readonly mailProxy: FaultProxy,
    readonly mailbox: Mailbox,
    readonly busProxy: FaultProxy,
    readonly bus: LocalEventBus,
    /** The clock of the functions. */
    readonly clock: Clock,
    /** The table, without the proxy. */
    readonly table: Table,
    private readonly engine: Engine,
    private readonly secretsUrl: string,
    private readonly functions: readonly LocalFunction[],
    private readonly stops: (() => Promise<void> | void)[],
  ) {}

  /**
   * Starts the system and points the clients of test/support/client to it.
   * @param seconds timeout of the functions; by default that of the template
   * @param props props of the service provider, in addition to those of `npm start`
   */
  static async start(seconds?: number, props?: ScimServiceProviderProps): Promise<FaultySystem> {
    const engine: Engine = await startEngine();
    const functions: LocalFunction[] = [];
    const kill = async (): Promise<void> => {
      await Promise.all(functions.map((each) => each.kill()));
    };
    const proxy = new FaultProxy(engine.endpoint, kill);
    const endpoint = await proxy.start();
    const clock = new Clock();
    const secrets = new LocalSecretsManager(clock, () => Promise.resolve());
    const secretsServer = secrets.createServer();
    const secretsUrl = await listen(secretsServer);
    const secretsProxy = new FaultProxy(secretsUrl, kill);
    const kmsServer = new LocalKms().createServer();
    const mailbox = new Mailbox();
    const mailServer = mailbox.createServer();
    const mailProxy = new FaultProxy(await listen(mailServer), kill);
    const bus = new LocalEventBus();
    const busServer = bus.createServer();
    const busProxy = new FaultProxy(await listen(busServer), kill);
    // Tasks that functions start get lost: tests run what finds the same work later.
    const lambdaServer = createServer((_, response) => response.writeHead(202).end());
    const gateway = createServer();
    const origin = await listen(gateway);
    const template = Template.synthesize(props);
    const client = new DynamoDBClient({
      endpoint: engine.endpoint,
      region: 'us-east-1',
      credentials: LOCAL_CREDENTIALS,
    });
    const [definition] = template.ofType('AWS::DynamoDB::GlobalTable');
    if (definition === undefined) throw new Error('The template has no table.');
    await createTable(client, TABLE_NAME, definition.properties);
    client.destroy();
    const environment = {
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      AWS_ENDPOINT_URL_DYNAMODB: endpoint,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: await secretsProxy.start(),
      AWS_ENDPOINT_URL_KMS: await listen(kmsServer),
      AWS_ENDPOINT_URL_SESV2: await mailProxy.start(),
      AWS_ENDPOINT_URL_EVENTBRIDGE: await busProxy.start(),
      AWS_ENDPOINT_URL_LAMBDA: await listen(lambdaServer),
      [ENVIRONMENT.rateLimit]: '',
      [ENVIRONMENT.loopback]: '1',
      [ENVIRONMENT.scimUrl]: `${origin}/scim`,
    };
    for (const fn of template.ofType('AWS::Lambda::Function')) {
      const properties =
        seconds === undefined ? fn.properties : { ...fn.properties, Timeout: seconds };
      const names = template.names(TABLE_NAME);
      functions.push(
        LocalFunction.from(template, { ...fn, properties }, names, environment, clock),
      );
    }
    serveGateway(gateway, template, new Map(functions.map((each) => [each.logicalId, each])));
    const urls = { adminUrl: `${origin}/scim/admin`, appUrl: `${origin}/scim/app/v1` };
    process.env['SCIM_TEST_SERVER'] = JSON.stringify(urls);
    const direct = openEngine(engine.endpoint);
    return new FaultySystem(
      proxy,
      secretsProxy,
      secrets,
      mailProxy,
      mailbox,
      busProxy,
      bus,
      clock,
      new Table(direct, TABLE_NAME),
      engine,
      secretsUrl,
      functions,
      [
        () => close(gateway),
        () => secretsProxy.stop(),
        () => close(secretsServer),
        () => close(kmsServer),
        () => mailProxy.stop(),
        () => close(mailServer),
        () => busProxy.stop(),
        () => close(busServer),
        () => close(lambdaServer),
        () => proxy.stop(),
        () => {
          direct.close();
        },
        () => engine.stop(),
        () => {
          template.dispose();
        },
      ],
    );
  }

  /**
   * Invokes a function directly.
   * @param name the start of its logical id, after that of the service provider
   */
  async invoke(name: string, event: object): Promise<unknown> {
    const fn = this.functions.find(({ logicalId }) =>
      logicalId.startsWith(`ServiceProvider${name}`),
    );
    if (fn === undefined) throw new Error(`There is no function ${name}.`);
    return fn.invoke(event);
  }

  /** Creates a secret as somebody else would, without the proxy. */
  async createSecret(Name: string, SecretString: string): Promise<void> {
    await this.callSecrets('CreateSecret', { Name, SecretString });
  }

  /** Deletes a secret for good, without the proxy. */
  async deleteSecret(SecretId: string): Promise<void> {
    await this.callSecrets('DeleteSecret', { SecretId, ForceDeleteWithoutRecovery: true });
  }

  private async callSecrets(operation: string, input: object): Promise<void> {
    const headers = { 'X-Amz-Target': `secretsmanager.${operation}` };
    await fetch(this.secretsUrl, { method: 'POST', headers, body: JSON.stringify(input) });
  }

  /** Adds users to a client's connection without sending a request for each. */
  seed(client: Client, users: number): Promise<{ readonly userIds: readonly string[] }> {
    return seed({ table: this.table, connection: client.id }, { users, prefix: 'seeded' });
  }

  /** Kills the functions, even while they run. */
  async kill(): Promise<void> {
    await Promise.all(this.functions.map((each) => each.kill()));
  }

  /** Returns all records of the table's stream so far, oldest first. */
  async streamRecords(): Promise<readonly StreamRecord[]> {
    const options = {
      endpoint: this.engine.endpoint,
      region: 'us-east-1',
      credentials: LOCAL_CREDENTIALS,
    };
    const [client, streams] = [new DynamoDBClient(options), new DynamoDBStreamsClient(options)];
    const { Table: table } = await client.send(new DescribeTableCommand({ TableName: TABLE_NAME }));
    const StreamArn = table?.LatestStreamArn;
    const { StreamDescription: stream } = await streams.send(
      new DescribeStreamCommand({ StreamArn }),
    );
    const records: StreamRecord[] = [];
    for (const { ShardId } of stream?.Shards ?? []) {
      const first = await streams.send(
        new GetShardIteratorCommand({ StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' }),
      );
      for (let iterator = first.ShardIterator; iterator !== undefined;) {
        const page = await streams.send(new GetRecordsCommand({ ShardIterator: iterator }));
        records.push(...(page.Records ?? []).map((record) => this.toLocalTime(record)));
        iterator = page.Records?.length === 0 ? undefined : page.NextShardIterator;
      }
    }
    client.destroy();
    streams.destroy();
    return records;
  }

  /** The engine does not know the clock of the functions. */
  private toLocalTime(record: StreamRecord): StreamRecord {
    const { ApproximateCreationDateTime: at = new Date() } = record.dynamodb ?? {};
    const time = new Date(at.getTime() + this.clock.aheadMs());
    return { ...record, dynamodb: { ...record.dynamodb, ApproximateCreationDateTime: time } };
  }

  /** Does what the `completion` function does when its schedule runs some minutes later. */
  async recover(): Promise<void> {
    const proxies = [this.proxy, this.secretsProxy, this.mailProxy, this.busProxy];
    await Promise.all(proxies.map((each) => each.afterDeath()));
    this.proxy.watch();
    const later = Date.now() + 1000;
    await completeAbandoned(
      this.table,
      { abandoned: later, finalCheck: later },
      (intent, error) => {
        throw new Error(`The intent ${JSON.stringify(intent)} cannot be completed.`, {
          cause: error,
        });
      },
      resyncWorker,
    );
  }

  /** Recovers, then returns every contradiction in the whole table. */
  async contradictions(): Promise<readonly unknown[]> {
    await this.recover();
    const { findings, underWay } = await verify(this.table);
    return underWay === 0 ? findings : [...findings, `${underWay} under way`];
  }

  async stop(): Promise<void> {
    await Promise.all(this.functions.map((each) => each.stop()));
    for (const each of this.stops) await each();
  }
}
