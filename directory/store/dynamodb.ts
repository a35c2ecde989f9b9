import aws4 from 'aws4';
import type * as SDK from '@aws-sdk/client-dynamodb';
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { text } from 'node:stream/consumers';

/*
 * DynamoDB's own protocol (JSON 1.0, signed): the calls that the table makes, with the SDK's types and without its machinery, which costs five
 * times the CPU of the call itself (docs/decisions/0005-dynamodb-without-the-sdk.md).
 */

/** Input and output of each call, as the SDK describes them. */
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

export type Operation = keyof Operations;
export type Input<O extends Operation> = Operations[O][0];
export type Result<O extends Operation> = Operations[O][1];

/** What a call may be given beside its input. */
export interface CallOptions {
  /** Milliseconds after which it has failed, whatever it waits for. @default - it waits */
  readonly timeout?: number;
}

/** Whoever makes calls of DynamoDB. */
export interface DynamoDB {
  /** @throws DynamoDBError, or an Error with the `code` of what broke the connection */
  call<O extends Operation>(
    operation: O,
    input: Input<O>,
    options?: CallOptions,
  ): Promise<Result<O>>;
}

/** A call that DynamoDB refused; `name` is the error's own (ConditionalCheckFailedException, …). */
export class DynamoDBError extends Error {
  constructor(
    override readonly name: string,
    message: string,
    readonly status: number,
    /** Of ConditionalCheckFailedException: the item that the condition met, when it was asked for. */
    readonly item?: Readonly<Record<string, SDK.AttributeValue>>,
    /** Of TransactionCanceledException: one for each write, in their order. */
    readonly reasons: readonly SDK.CancellationReason[] = [],
  ) {
    super(message);
  }
}

export interface DynamoDBOptions {
  readonly region: string;
  /** @default - the region's */
  readonly endpoint?: string | undefined;
  /** Asked for each call, so that they may change. */
  readonly credentials: () => Promise<aws4.Credentials> | aws4.Credentials;
}

/** Calls of DynamoDB over connections that are kept. It does not try again what fails: see `Retries`. */
export class DynamoDBConnection implements DynamoDB {
  private readonly url: URL;
  private readonly send: typeof httpRequest;
  private readonly agent: HttpAgent;

  constructor(private readonly options: DynamoDBOptions) {
    this.url = new URL(
      options.endpoint ?? `https://dynamodb.${options.region}.${suffixOf(options.region)}`,
    );
    const isHttps = this.url.protocol === 'https:';
    this.send = isHttps ? httpsRequest : httpRequest;
    this.agent = new (isHttps ? HttpsAgent : HttpAgent)({ keepAlive: true, maxSockets: 100 });
  }

  async call<O extends Operation>(
    operation: O,
    input: Input<O>,
    { timeout }: CallOptions = {},
  ): Promise<Result<O>> {
    const signed = aws4.sign(
      {
        service: 'dynamodb',
        region: this.options.region,
        host: this.url.host,
        method: 'POST',
        path: '/',
        headers: {
          'Content-Type': 'application/x-amz-json-1.0',
          'X-Amz-Target': `DynamoDB_20120810.${operation}`,
        },
        body: JSON.stringify(input),
      },
      await this.options.credentials(),
    );
    const { status, body } = await this.exchange(signed, timeout);
    const answer = parsed(body);
    if (status === 200 && answer !== undefined) return answer;
    throw refusal(status, answer, body);
  }

  /** Closes the connections. */
  close(): void {
    this.agent.destroy();
  }

  private exchange(
    { headers, body }: aws4.Request,
    timeout: number | undefined,
  ): Promise<{ readonly status: number; readonly body: string }> {
    const { hostname, port, protocol } = this.url;
    return new Promise((resolve, reject) => {
      const outgoing = this.send(
        {
          protocol,
          hostname,
          port,
          method: 'POST',
          path: '/',
          agent: this.agent,
          headers: { ...headers },
        },
        (incoming) => {
          text(incoming).then((answered) => {
            clearTimeout(timer);
            resolve({ status: incoming.statusCode ?? 0, body: answered });
          }, failed);
        },
      );
      const failed = (error: Error): void => {
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
      outgoing.on('error', failed);
      outgoing.end(body);
    });
  }
}

/** @returns undefined for what is no JSON object: the answer of something between here and DynamoDB, or half an answer */
function parsed(body: string): object | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html */
function refusal(status: number, answer: Refusal | undefined, body: string): DynamoDBError {
  if (answer === undefined)
    return new DynamoDBError(
      'ServiceUnavailable',
      `No answer of DynamoDB: ${body.slice(0, 200)}`,
      status,
    );
  const { __type: type = '', message, Message, Item, CancellationReasons } = answer;
  const name = type.slice(type.lastIndexOf('#') + 1) || 'UnknownError';
  return new DynamoDBError(name, message ?? Message ?? name, status, Item, CancellationReasons);
}

interface Refusal {
  readonly __type?: string;
  readonly message?: string;
  readonly Message?: string;
  readonly Item?: Readonly<Record<string, SDK.AttributeValue>>;
  readonly CancellationReasons?: readonly SDK.CancellationReason[];
}

/** https://docs.aws.amazon.com/general/latest/gr/ddb.html; other partitions name theirs in AWS_ENDPOINT_URL_DYNAMODB. */
function suffixOf(region: string): string {
  if (region.startsWith('cn-')) return 'amazonaws.com.cn';
  return region.startsWith('eusc-') ? 'amazonaws.eu' : 'amazonaws.com';
}
