import { Duration } from 'aws-cdk-lib';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { createServer, type Server } from 'node:http';
import { ADMIN_PATH, APPLICATION_PATH, ENVIRONMENT } from '../lambdas/contract';
import { startEngine, LOCAL_CREDENTIALS, type Engine } from './engine';
import { Clock, CLOCK_PATH } from './clock';
import { EVENTS_PATH, LocalEventBus } from './services/event-bus';
import { serveGateway, type OtherPaths } from './gateway';
import { LocalFunction } from './local-function';
import { LocalKms } from './services/kms';
import { LocalLambda } from './services/lambda-service';
import { createTable } from './local-table';
import { Mailbox, MAILBOX_PATH } from './services/mailbox';
import { LocalMetrics, METRICS_PATH } from './metrics';
import type { Options } from './options';
import { stageOf } from './routes';
import { startSchedules } from './schedules';
import { LocalSecretsManager } from './services/secrets-manager';
import { openState, type State } from './state/state';
import { StreamTrigger } from './stream-trigger';
import { FAILURE_MAIL, functionArn, member, resolveText, Template } from './template';

/** Name of the local table. In AWS, CloudFormation generates the name. */
const TABLE_NAME = 'scim';

/** Flags that the system depends on. */
type SystemOptions = Pick<
  Options,
  'port' | 'memory' | 'json' | 'dynamodb' | 'failureMailTo' | 'failureMailWindowSeconds'
>;

/**
 * Default of `--failure-mail-window`, in seconds: shorter than in AWS, so that mails can be tried
 * out without waiting for minutes.
 */
const DEFAULT_WINDOW = 2;

/** Running system with everything that the template describes. */
export interface LocalSystem {
  /** `http://127.0.0.1:<port>` */
  readonly origin: string;
  readonly adminUrl: string;
  readonly appUrl: string;
  readonly mailboxUrl: string;
  readonly eventsUrl: string;
  readonly dynamodbEndpoint: string;
  readonly tableName: string;
  /** Milliseconds by which the clock is ahead of this machine's, as an earlier run left it. */
  readonly clockAheadMs: number;
  readonly secrets: LocalSecretsManager;
  /** Prefix of the names of the connections' secrets. */
  readonly secretPrefix: string;
  stop(): Promise<void>;
}

/**
 * Starts the system from its synthesized template.
 * @throws Error if the port is in use, the build is missing or there is no engine
 */
export async function startSystem(options: SystemOptions): Promise<LocalSystem> {
  const stops: (() => Promise<void> | void)[] = [];
  const stop = async (): Promise<void> => {
    for (const each of stops.splice(0).reverse()) await each();
  };
  try {
    return { ...(await start(options, stops)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(
  { port, memory, json, dynamodb, failureMailTo, failureMailWindowSeconds }: SystemOptions,
  stops: (() => Promise<void> | void)[],
): Promise<Omit<LocalSystem, 'stop'>> {
  const state: State = openState(memory);
  stops.push(() => {
    state.release();
  });
  const recipients = failureMailTo === undefined ? [] : [failureMailTo];
  const template = Template.synthesize({
    failureMail: {
      ...FAILURE_MAIL,
      recipients,
      window: Duration.seconds(failureMailWindowSeconds ?? DEFAULT_WINDOW),
    },
    // Streams can be created through the admin API.
    securityEvents: [],
  });
  stops.push(() => {
    template.dispose();
  });
  const engine: Engine | undefined =
    dynamodb === undefined ? await startEngine(state.files?.database) : undefined;
  if (engine !== undefined) stops.push(() => engine.stop());
  const endpoint = dynamodb ?? engine?.endpoint ?? '';
  const [table] = template.ofType('AWS::DynamoDB::GlobalTable');
  if (table === undefined) throw new Error('The template has no table.');
  const credentials = ownCredentials() ? {} : { credentials: LOCAL_CREDENTIALS };
  const region = awsEnvironment().AWS_REGION;
  const client = new DynamoDBClient({ endpoint, region, ...credentials });
  await createTable(client, TABLE_NAME, table.properties);

  const clock = new Clock(state.files?.clock);
  const functions: LocalFunction[] = [];
  const secrets = new LocalSecretsManager(
    clock,
    async (arn, event) =>
      functions.find(({ logicalId }) => functionArn(logicalId) === arn)?.invoke(event),
    state.files?.secrets,
  );
  const lambda = new LocalLambda(functions);
  const kms = new LocalKms(state.files?.keys);
  const mailbox = new Mailbox(state.files?.mails);
  const bus = new LocalEventBus(state.files?.events);
  const metrics = new LocalMetrics();
  const serve = async (server: Server, at = 0): Promise<string> => {
    stops.push(() => closed(server));
    return `http://127.0.0.1:${await listening(server, at)}`;
  };
  // Some functions call the API and need its URL, so the server listens before routes are set up.
  const server = createServer();
  const origin = await serve(server, port);
  const environment = {
    ...awsEnvironment(),
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: await serve(secrets.createServer()),
    AWS_ENDPOINT_URL_KMS: await serve(kms.createServer()),
    AWS_ENDPOINT_URL_LAMBDA: await serve(lambda.createServer()),
    AWS_ENDPOINT_URL_EVENTBRIDGE: await serve(bus.createServer()),
    AWS_ENDPOINT_URL_SESV2: await serve(mailbox.createServer()),
    // Load tests on this machine are not limited, except for connections with a limit of their own.
    [ENVIRONMENT.rateLimit]: '',
    [ENVIRONMENT.loopback]: '1',
    [ENVIRONMENT.scimUrl]: `${origin}/${stageOf(template)}`,
  };
  const names = template.names(TABLE_NAME);
  for (const definition of template.ofType('AWS::Lambda::Function')) {
    functions.push(LocalFunction.from(template, definition, names, environment, clock, metrics));
  }
  stops.push(async () => {
    await Promise.all(functions.map((each) => each.stop()));
  });
  await Promise.all(functions.map((each) => each.start()));

  // AWS serves streams from a separate host; local engines serve them from the same endpoint.
  const streams = new DynamoDBStreamsClient({
    region,
    ...credentials,
    ...(isAws(endpoint) ? {} : { endpoint }),
  });
  const trigger = await StreamTrigger.start(template, functions, clock, {
    client,
    streams,
    tableName: TABLE_NAME,
    waitForInvocations: () => lambda.waitForInvocations(),
  });
  stops.push(
    () => trigger?.stop(),
    startSchedules(template, functions, clock),
    secrets.startRotations(),
  );
  client.destroy();

  const otherPaths: OtherPaths = {
    [MAILBOX_PATH]: (request, response) => {
      mailbox.serve(request, response);
    },
    [EVENTS_PATH]: (request, response) => {
      bus.serve(request, response);
    },
    [METRICS_PATH]: (request, response) => {
      metrics.serve(request, response);
    },
    [CLOCK_PATH]: (request, response) => clock.serve(request, response),
  };
  const byId = new Map(functions.map((each) => [each.logicalId, each]));
  serveGateway(server, template, byId, {
    otherPaths,
    onRequest: (line) => {
      // With --json, the output is one line for a program.
      if (!json) process.stdout.write(`${line}\n`);
    },
    now: () => clock.now(),
    ...(engine === undefined ? {} : { dataFolder: engine.folder }),
  });
  return {
    origin,
    adminUrl: `${origin}/${stageOf(template)}${ADMIN_PATH}`,
    appUrl: `${origin}/${stageOf(template)}${APPLICATION_PATH}`,
    mailboxUrl: `${origin}${MAILBOX_PATH}`,
    eventsUrl: `${origin}${EVENTS_PATH}`,
    dynamodbEndpoint: endpoint,
    tableName: TABLE_NAME,
    clockAheadMs: clock.aheadMs(),
    secrets,
    secretPrefix: secretPrefixOf(template),
  };
}

function isAws(endpoint: string): boolean {
  return new URL(endpoint).hostname.endsWith('.amazonaws.com');
}

function secretPrefixOf(template: Template): string {
  const prefixes = template
    .ofType('AWS::Lambda::Function')
    .map(({ properties }) =>
      member(member(properties['Environment'], 'Variables'), ENVIRONMENT.deployment),
    );
  return resolveText(
    prefixes.find((prefix) => prefix !== undefined),
    new Map(),
  );
}

/**
 * Returns whether the environment has credentials, which `--dynamodb` needs for an AWS endpoint.
 * Engines on this machine accept any.
 */
function ownCredentials(): boolean {
  return process.env['AWS_ACCESS_KEY_ID'] !== undefined;
}

function awsEnvironment(): Record<string, string> & { AWS_REGION: string } {
  const own = Object.entries(process.env).filter(
    (entry): entry is [string, string] =>
      /^AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN)$/.test(entry[0]) &&
      entry[1] !== undefined,
  );
  return {
    AWS_REGION: process.env['AWS_REGION'] ?? 'us-east-1',
    ...(ownCredentials()
      ? Object.fromEntries(own)
      : {
          AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
          AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
        }),
  };
}

/**
 * Listens on a port of the loopback interface.
 * @returns the port
 * @throws Error with advice if the port is in use or not permitted
 */
function listening(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const advice = `Port ${port} is in use. Free it, or let "npm start -- --port 0" pick one.`;
      const denied = `This user may not listen on port ${port}. Choose a port above 1023.`;
      reject(
        error.code === 'EADDRINUSE'
          ? new Error(advice)
          : error.code === 'EACCES'
            ? new Error(denied)
            : error,
      );
    });
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve(address !== null && typeof address === 'object' ? address.port : port);
    });
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });
}
