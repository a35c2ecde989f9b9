import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Clock } from './clock';
import { LocalMetrics } from './metrics';
import {
  asProperties,
  asText,
  member,
  resolveText,
  type Template,
  type TemplateResource,
} from './template';

/** Failure of an invocation: the function threw or timed out, or its worker ended. */
export class InvocationError extends Error {
  constructor(
    readonly kind: 'failure' | 'timeout',
    message: string,
  ) {
    super(message);
  }
}

/**
 * Most bytes of an event or a response as JSON. Lambda counts the escaped body.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
const PAYLOAD_BYTES = 6_291_556;

/** Returns whether Lambda would not pass on an event or a response. */
export function isTooLarge(payload: unknown): boolean {
  return payload !== undefined && Buffer.byteLength(JSON.stringify(payload)) > PAYLOAD_BYTES;
}

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: InvocationError) => void;
}

/**
 * A function of the template. Its bundle runs in its own worker thread, with the environment that
 * the template declares. Unlike in Lambda, one worker serves all concurrent requests.
 */
export class LocalFunction {
  private readonly waiting = new Map<string, Waiting>();
  private worker: Promise<Worker> | undefined;
  private stopped = false;

  private constructor(
    readonly logicalId: string,
    private readonly bundle: string,
    private readonly environment: Readonly<Record<string, string>>,
    private readonly timeoutSeconds: number,
    private readonly clock: Clock,
    private readonly metrics: LocalMetrics,
  ) {}

  /**
   * Creates the function from its resource in the template.
   * @param names physical names of the resources that the environment refers to, by logical id
   * @param environment `AWS_*` variables that the SDK needs on this machine, and values that
   *   override declared variables
   */
  static from(
    template: Template,
    { logicalId, properties, metadata }: TemplateResource,
    names: ReadonlyMap<string, string>,
    environment: Readonly<Record<string, string>>,
    clock: Clock,
    metrics = new LocalMetrics(),
  ): LocalFunction {
    const declared = asProperties(member(properties['Environment'], 'Variables'));
    const variables = Object.fromEntries(
      Object.entries(declared).map(([name, value]) => [
        name,
        environment[name] ?? resolveText(value, names),
      ]),
    );
    const bundle = path.join(template.assets, asText(metadata['aws:asset:path']), 'index.mjs');
    const timeout = Number(properties['Timeout']);
    const sdk = Object.entries(environment).filter(([name]) => name.startsWith('AWS_'));
    return new LocalFunction(
      logicalId,
      bundle,
      { ...Object.fromEntries(sdk), ...variables },
      timeout,
      clock,
      metrics,
    );
  }

  /** Loads the bundle ahead of the first request. */
  async start(): Promise<void> {
    await this.running();
  }

  /** @throws InvocationError */
  async invoke(event: object): Promise<unknown> {
    const result = await this.run(event);
    if (isTooLarge(result)) {
      // Lambda answers with its error Function.ResponseSizeTooLarge instead.
      throw new InvocationError('failure', `${this.logicalId}: the response exceeds 6 MB.`);
    }
    return result;
  }

  private async run(event: object): Promise<unknown> {
    const worker = await this.running();
    const id = randomUUID();
    const deadline = Date.now() + this.timeoutSeconds * 1000;
    const context = {
      awsRequestId: id,
      functionName: this.logicalId,
      invokedFunctionArn: '',
      callbackWaitsForEmptyEventLoop: true,
    };
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.delete(id);
        reject(
          new InvocationError(
            'timeout',
            `${this.logicalId} timed out after ${this.timeoutSeconds} s.`,
          ),
        );
      }, this.timeoutSeconds * 1000);
      this.waiting.set(id, {
        resolve: (result) => {
          clearTimeout(timer);
          resolve(result);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      });
      worker.postMessage({ id, event, context, deadline });
    });
  }

  /**
   * Terminates the worker immediately, even during an invocation, as Lambda may end an execution
   * environment. The next invocation starts a new worker.
   */
  async kill(): Promise<void> {
    const worker = await this.worker;
    await worker?.terminate();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.kill();
  }

  private running(): Promise<Worker> {
    this.worker ??= this.launch();
    return this.worker;
  }

  private launch(): Promise<Worker> {
    // Tests set this folder to record which AWS calls each function makes.
    const { SCIM_RECORD_CALLS: calls } = process.env;
    const worker = new Worker(path.join(__dirname, 'function-worker.mjs'), {
      workerData: {
        bundle: pathToFileURL(this.bundle).href,
        ahead: this.clock.ahead,
        ...(calls === undefined ? {} : { calls: path.join(calls, this.logicalId) }),
      },
      env: { ...this.environment },
      // The worker runs a plain bundle and must not inherit loaders such as tsx.
      execArgv: ['--enable-source-maps'],
      stdout: true,
      stderr: true,
    });
    // Functions log to standard error; standard output belongs to the caller of `npm start`.
    for (const input of [worker.stdout, worker.stderr]) {
      createInterface({ input }).on('line', (line) => {
        if (!this.metrics.read(line)) process.stderr.write(`${line}\n`);
      });
    }
    return new Promise((resolve, reject) => {
      worker.on('message', (message: unknown) => {
        if (member(message, 'ready') === true) resolve(worker);
        else this.settle(message);
      });
      const fail = (reason: string): void => {
        this.worker = undefined;
        const error = new InvocationError('failure', `${this.logicalId}: ${reason}`);
        reject(error);
        for (const { reject: rejectWaiting } of this.waiting.values()) rejectWaiting(error);
        this.waiting.clear();
      };
      worker.on('error', (error) => {
        process.stderr.write(`${this.logicalId}: ${error.stack ?? error.message}\n`);
        fail(error.message);
      });
      worker.on('exit', (code) => {
        fail(this.stopped ? 'stopped' : `the worker exited with code ${code}`);
      });
    });
  }

  private settle(message: unknown): void {
    const id = asText(member(message, 'id'));
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    const error = member(message, 'error');
    if (error === undefined) waiting?.resolve(member(message, 'result'));
    else waiting?.reject(new InvocationError('failure', asText(error)));
  }
}
