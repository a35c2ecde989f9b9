import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Clock } from './clock';
import { LocalMetrics } from './metrics';
import { asProperties, asText, member, resolveText, type Template, type TemplateResource } from './template';

/** What a function could not answer: it failed, or took longer than it may. */
export class InvocationError extends Error {
  constructor(
    readonly kind: 'failure' | 'timeout',
    message: string,
  ) {
    super(message);
  }
}

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: InvocationError) => void;
}

/**
 * A function of the template, run from its bundle in a worker thread of its own with the environment that the template declares. Other than
 * Lambda, one worker serves all requests that arrive at the same time.
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
   * @param names physical names of the resources that the environment refers to, by logical id
   * @param environment what the AWS SDK needs on this machine, and what a declared variable is here instead
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
      Object.entries(declared).map(([name, value]) => [name, environment[name] ?? resolveText(value, names)]),
    );
    const bundle = path.join(template.assets, asText(metadata['aws:asset:path']), 'index.mjs');
    const timeout = Number(properties['Timeout']);
    const sdk = Object.entries(environment).filter(([name]) => name.startsWith('AWS_'));
    return new LocalFunction(logicalId, bundle, { ...Object.fromEntries(sdk), ...variables }, timeout, clock, metrics);
  }

  /** Loads the bundle, so that the first request need not wait for it. */
  async start(): Promise<void> {
    await this.running();
  }

  /** @throws InvocationError */
  async invoke(event: object): Promise<unknown> {
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
        reject(new InvocationError('timeout', `${this.logicalId} took longer than ${this.timeoutSeconds} s.`));
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

  /** Ends the worker in the middle of whatever it does, as Lambda ends an environment; the next invocation finds a new one. */
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
    // Where tests have it written down which AWS calls each function makes.
    const { SCIM_RECORD_CALLS: calls } = process.env;
    const worker = new Worker(path.join(__dirname, 'function-worker.mjs'), {
      workerData: {
        bundle: pathToFileURL(this.bundle).href,
        ahead: this.clock.ahead,
        ...(calls === undefined ? {} : { calls: path.join(calls, this.logicalId) }),
      },
      env: { ...this.environment },
      // The worker runs a bundle, whatever loaded this file.
      execArgv: ['--enable-source-maps'],
      stdout: true,
      stderr: true,
    });
    // What functions print is their log; standard output is for who called `npm start`.
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
        fail(this.stopped ? 'stopped' : `the function ended with code ${code}`);
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
