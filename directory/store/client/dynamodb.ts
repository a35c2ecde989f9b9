import type * as SDK from '@aws-sdk/client-dynamodb';
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { Signer, type Credentials } from './signature';

/*
 * A client for DynamoDB's protocol (JSON 1.0, signed). It uses the SDK's types but not its code,
 * which costs five times the CPU of the call itself
 * (docs/decisions/0005-dynamodb-without-the-sdk.md).
 */

/** The input and output types of each operation, taken from the SDK. */
interface Operations {
  readonly BatchGetItem: readonly [
    SDK.BatchGetItemCommandInput,
    Output<SDK.BatchGetItemCommandOutput>,
  ];
  readonly BatchWriteItem: readonly [
    SDK.BatchWriteItemCommandInput,
    Output<SDK.BatchWriteItemCommandOutput>,
  ];
  readonly DeleteItem: readonly [SDK.DeleteItemCommandInput, Output<SDK.DeleteItemCommandOutput>];
  readonly GetItem: readonly [SDK.GetItemCommandInput, Output<SDK.GetItemCommandOutput>];
  readonly PutItem: readonly [SDK.PutItemCommandInput, Output<SDK.PutItemCommandOutput>];
  readonly Query: readonly [SDK.QueryCommandInput, Output<SDK.QueryCommandOutput>];
  readonly Scan: readonly [SDK.ScanCommandInput, Output<SDK.ScanCommandOutput>];
  readonly TransactWriteItems: readonly [
    SDK.TransactWriteItemsCommandInput,
    Output<SDK.TransactWriteItemsCommandOutput>,
  ];
  readonly UpdateItem: readonly [SDK.UpdateItemCommandInput, Output<SDK.UpdateItemCommandOutput>];
}
type Output<T> = Omit<T, '$metadata'>;

/** The operations that the table uses. */
export type Operation = keyof Operations;

/** Input of an operation. */
export type Input<O extends Operation> = Operations[O][0];

/** Result of an operation. */
export type Result<O extends Operation> = Operations[O][1];

/** Options for one call. */
export interface CallOptions {
  /** Milliseconds after which the call fails with `ETIMEDOUT`. @default - no timeout */
  readonly timeout?: number;
}

/** A DynamoDB client. */
export interface DynamoDB {
  /** @throws DynamoDBError, or an Error with a `code` if the connection fails */
  call<O extends Operation>(
    operation: O,
    input: Input<O>,
    options?: CallOptions,
  ): Promise<Result<O>>;
}

/**
 * An error response from DynamoDB; `name` is its type, such as `ConditionalCheckFailedException`.
 */
export class DynamoDBError extends Error {
  constructor(
    override readonly name: string,
    message: string,
    readonly status: number,
    /** The item that failed the condition of a ConditionalCheckFailedException, if requested. */
    readonly item?: Readonly<Record<string, SDK.AttributeValue>>,
    /** The reasons of a TransactionCanceledException, one per write and in the same order. */
    readonly reasons: readonly SDK.CancellationReason[] = [],
  ) {
    super(message);
  }
}

/** Returns whether an error is a response of DynamoDB with this name. */
export function isDynamoDBError(error: unknown, name: string): error is DynamoDBError {
  return error instanceof DynamoDBError && error.name === name;
}

/** Options for a connection to DynamoDB. */
export interface DynamoDBOptions {
  readonly region: string;
  /** @default - the region's endpoint */
  readonly endpoint?: string | undefined;
  /** Called before each call, so that credentials can be rotated. */
  readonly credentials: () => Promise<Credentials> | Credentials;
  /** Called after each call, for example to trace it. @default - nothing */
  readonly onCall?: (call: FinishedCall) => void;
}

/** A call that has ended. */
export interface FinishedCall {
  readonly operation: Operation;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** HTTP status; undefined if the connection failed. */
  readonly status: number | undefined;
}

/** A DynamoDB client over keep-alive connections. It does not retry; see `Retries`. */
export class DynamoDBConnection implements DynamoDB {
  private readonly url: URL;
  private readonly send: typeof httpRequest;
  private readonly agent: HttpAgent;
  private readonly signer: Signer;

  constructor(private readonly options: DynamoDBOptions) {
    const { region, endpoint } = options;
    this.url = new URL(endpoint ?? `https://dynamodb.${region}.${domainOf(region)}`);
    const isHttps = this.url.protocol === 'https:';
    this.send = isHttps ? httpsRequest : httpRequest;
    this.agent = new (isHttps ? HttpsAgent : HttpAgent)({ keepAlive: true, maxSockets: 100 });
    this.signer = new Signer('dynamodb', region, this.url.host);
  }

  async call<O extends Operation>(
    operation: O,
    input: Input<O>,
    { timeout }: CallOptions = {},
  ): Promise<Result<O>> {
    const sent = JSON.stringify(input);
    const target = `DynamoDB_20120810.${operation}`;
    const headers = this.signer.headers(target, sent, await this.options.credentials());
    const { status, body } = await this.observed(operation, () =>
      this.post(headers, sent, timeout),
    );
    const answer = parseAnswer(body);
    if (status === 200 && answer !== undefined) return answer;
    throw errorFrom(status, answer, body);
  }

  private async observed<T extends { readonly status: number }>(
    operation: Operation,
    send: () => Promise<T>,
  ): Promise<T> {
    const { onCall } = this.options;
    if (onCall === undefined) return send();
    const startedAt = Date.now();
    let status: number | undefined;
    try {
      const answer = await send();
      ({ status } = answer);
      return answer;
    } finally {
      onCall({ operation, startedAt, endedAt: Date.now(), status });
    }
  }

  /** Closes the connections. */
  close(): void {
    this.agent.destroy();
  }

  private post(
    headers: string[],
    body: string,
    timeout: number | undefined,
  ): Promise<{ readonly status: number; readonly body: string }> {
    const { hostname, port } = this.url;
    const { agent } = this;
    const options = { hostname, port, method: 'POST', path: '/', agent, headers };
    return new Promise((resolve, reject) => {
      const outgoing = this.send(options, (incoming) => {
        incoming.setEncoding('utf8');
        let answer = '';
        incoming.on('data', (part: string) => {
          answer += part;
        });
        incoming.on('end', () => {
          clearTimeout(timer);
          resolve({ status: incoming.statusCode ?? 0, body: answer });
        });
        // The connection broke in the middle of the response.
        incoming.on('error', fail);
      });
      const fail = (error: Error): void => {
        clearTimeout(timer);
        reject(error);
      };
      const timer =
        timeout === undefined
          ? undefined
          : setTimeout(() => {
              outgoing.destroy(
                Object.assign(new Error('DynamoDB did not answer in time.'), { code: 'ETIMEDOUT' }),
              );
            }, timeout);
      outgoing.on('error', fail);
      outgoing.end(body);
    });
  }
}

/**
 * Parses the body of a response.
 * @returns undefined if it is not a JSON object: it was truncated or comes from a proxy
 */
function parseAnswer(body: string): object | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html */
function errorFrom(status: number, answer: ErrorAnswer | undefined, body: string): DynamoDBError {
  if (answer === undefined) {
    const message = `The response is not a JSON object: ${body.slice(0, 200)}`;
    return new DynamoDBError('ServiceUnavailable', message, status);
  }
  const { __type: type = '', message, Message, Item, CancellationReasons } = answer;
  const name = type.slice(type.lastIndexOf('#') + 1) || 'UnknownError';
  return new DynamoDBError(name, message ?? Message ?? name, status, Item, CancellationReasons);
}

interface ErrorAnswer {
  readonly __type?: string;
  readonly message?: string;
  readonly Message?: string;
  readonly Item?: Readonly<Record<string, SDK.AttributeValue>>;
  readonly CancellationReasons?: readonly SDK.CancellationReason[];
}

/**
 * Returns the domain of a region's endpoints. Deployments in partitions not listed here have to set
 * AWS_ENDPOINT_URL_DYNAMODB and AWS_ENDPOINT_URL_LAMBDA. https://docs.aws.amazon.com/general/latest/gr/ddb.html
 */
export function domainOf(region: string): string {
  if (region.startsWith('cn-')) return 'amazonaws.com.cn';
  return region.startsWith('eusc-') ? 'amazonaws.eu' : 'amazonaws.com';
}
