import { Duration } from 'aws-cdk-lib';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { ENVIRONMENT, type FunctionName } from '../../lambdas/contract';
import { eventDays } from '../events/events-props';
import { brandingOf } from '../pages/branding';
import { pagesVariable } from '../pages/pages';
import {
  allowReading,
  allowSigning,
  createSigningKeys,
  keyArns,
} from '../security-events/signing-keys';
import { BaseFactory, ITEM_ACTIONS } from './base-factory';
import { allowMail, mailEnvironment, mailWindow } from './failure-mail';
import { stackTags } from './stack-tags';
import { readStream } from './table-stream';
import { allowRotation, allowSecrets } from './token-rotation';

/**
 * Permissions to manage a connection's secret and its versions. `GetSecretValue` is left out, so
 * that a function that issues tokens cannot read them afterwards.
 */
const SECRET_ACTIONS = [
  'CreateSecret',
  'RotateSecret',
  'CancelRotateSecret',
  'DeleteSecret',
  'RestoreSecret',
  'TagResource',
];
const VERSION_ACTIONS = ['DescribeSecret', 'PutSecretValue', 'UpdateSecretVersionStage'];

/** Creates the functions of one service provider. */
export class FunctionFactory extends BaseFactory {
  /** Returns what functions that append events need to know. */
  private eventEnvironment(): Readonly<Record<string, string>> {
    return {
      [ENVIRONMENT.scimUrl]: this.props.url,
      [ENVIRONMENT.eventDays]: String(eventDays(this.props.events)),
    };
  }

  completion(): LambdaFunction {
    const about = 'SCIM: completes handed-over work';
    const fn = this.directory('Completion', 'completion', about, {
      environment: this.eventEnvironment(),
      timeout: Duration.minutes(5),
    });
    // The schedule does the same work again.
    fn.configureAsyncInvoke({ retryAttempts: 0 });
    this.schedule('Abandoned', fn, {
      every: Duration.minutes(1),
      description: 'SCIM: completes work of requests that ended unexpectedly',
    });
    return fn;
  }

  tokenRotation(): LambdaFunction {
    const { url, deployment } = this.props;
    const environment = { [ENVIRONMENT.scimUrl]: url };
    const about = 'SCIM: rotates tokens for Secrets Manager';
    const fn = this.create('TokenRotation', 'token-rotation', about, { environment });
    this.allowTable(fn, 'GetItem', 'PutItem', 'UpdateItem');
    allowSecrets(fn, deployment, 'GetSecretValue', ...VERSION_ACTIONS);
    allowRotation(fn);
    return fn;
  }

  /** Creates a function that creates, changes and deletes connections. */
  administration(
    id: string,
    name: FunctionName,
    description: string,
    rotation: LambdaFunction,
    timeout?: Duration,
  ): LambdaFunction {
    const { encryptionKey: key, deployment, url } = this.props;
    const environment = {
      [ENVIRONMENT.scimUrl]: url,
      [ENVIRONMENT.rotationFunction]: rotation.functionArn,
      ...(key === undefined ? {} : { [ENVIRONMENT.secretKey]: key.keyArn }),
    };
    const limit = timeout === undefined ? {} : { timeout };
    const fn = this.create(id, name, description, { environment, ...limit });
    this.allowTable(fn, 'GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem');
    allowSecrets(fn, deployment, ...SECRET_ACTIONS, ...VERSION_ACTIONS);
    fn.addEnvironment(ENVIRONMENT.secretTags, stackTags(fn));
    // RotateSecret requires that its caller may invoke the rotation function.
    this.allowInvocation(fn, rotation);
    return fn;
  }

  notifications(): LambdaFunction {
    const { url, failureMail: mail } = this.props;
    const fn = this.create('Notifications', 'notifications', 'SCIM: mails administrators', {
      environment: { [ENVIRONMENT.scimUrl]: url, ...mailEnvironment(mail) },
      timeout: Duration.minutes(5),
    });
    // Alarm events are asynchronous, and unlike schedules they come only once.
    fn.configureAsyncInvoke({ retryAttempts: 2 });
    this.schedule('Digests', fn, {
      every: Duration.minutes(1),
      description: 'SCIM: reports the failures that were collected',
      input: { task: 'report' },
    });
    this.schedule('Reminders', fn, {
      every: Duration.hours(1),
      description: 'SCIM: checks for expiring tokens and silent connections',
    });
    this.allowTable(fn, 'GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem', 'ConditionCheckItem');
    this.allowIndex(fn);
    if (mail !== undefined) allowMail(fn, mail);
    return fn;
  }

  /** Creates the function that serves the application API. */
  application(): LambdaFunction {
    const fn = this.create('Application', 'application', 'SCIM: serves the application API');
    this.allowTable(fn, ...ITEM_ACTIONS, 'ConditionCheckItem');
    this.allowIndex(fn);
    return fn;
  }

  /**
   * Creates the function that serves the pages of the portal and the console. It has no permission
   * except to call the function `admin`, which checks the visitor's session.
   */
  ui(admin: LambdaFunction): LambdaFunction {
    const fn = this.create('Ui', 'ui', 'SCIM: serves the portal and the console', {
      environment: {
        ...pagesVariable(this.props),
        [ENVIRONMENT.adminFunction]: admin.functionArn,
        [ENVIRONMENT.branding]: brandingOf(this.props.branding),
      },
      usesTable: false,
    });
    this.allowInvocation(fn, admin);
    return fn;
  }

  /**
   * Creates the function for receivers of security event tokens, and the keys that sign these.
   * @param discovery says which events the streams of a connection have
   * @param webhooks sends tokens to receivers
   * @param informed further functions that need to know whether tokens are signed
   */
  securityEvents(
    discovery: LambdaFunction,
    webhooks: LambdaFunction,
    informed: readonly LambdaFunction[],
  ): { readonly securityEvents?: LambdaFunction } {
    const { url, securityEvents, securityEventKey } = this.props;
    if (securityEvents === undefined) {
      if (securityEventKey === undefined) return {};
      throw new Error('securityEventKey requires securityEvents: without them, nothing is signed.');
    }
    const keys = createSigningKeys(this.scope, securityEventKey);
    const about = 'SCIM: serves security event tokens';
    const fn = this.create('SecurityEvents', 'security-events', about);
    this.allowTable(fn, 'GetItem', 'BatchGetItem', 'Query', 'PutItem', 'BatchWriteItem');
    // Clients read completions, and their tokens' use is recorded.
    this.allowTable(fn, 'UpdateItem');
    this.allowTable(discovery, 'Query');
    allowReading(fn, keys);
    for (const signer of [fn, webhooks]) {
      signer.addEnvironment(ENVIRONMENT.scimUrl, url);
      allowSigning(signer, keys);
    }
    for (const each of [discovery, ...informed]) {
      each.addEnvironment(ENVIRONMENT.signingKeys, keyArns(keys));
    }
    return { securityEvents: fn };
  }

  /**
   * Creates the function that performs requests after their answer. Their completions are security
   * event tokens, so that only a deployment that signs these has it.
   * @param accepting functions that accept such requests
   * @param dispatcher starts it
   */
  requests(
    accepting: readonly LambdaFunction[],
    dispatcher: LambdaFunction,
  ): { readonly requests?: LambdaFunction } {
    if (this.props.securityEvents === undefined) return {};
    const about = 'SCIM: performs requests after their answer';
    const fn = this.directory('Requests', 'requests', about, { timeout: Duration.minutes(15) });
    this.allowTable(fn, 'BatchWriteItem');
    // The function `completion` finds what an invocation has left.
    fn.configureAsyncInvoke({ retryAttempts: 0 });
    for (const each of accepting) each.addEnvironment(ENVIRONMENT.asyncRequests, '1');
    dispatcher.addEnvironment(ENVIRONMENT.requestsFunction, fn.functionArn);
    this.allowInvocation(dispatcher, fn);
    return { requests: fn };
  }

  /** Creates the function that sends events to webhook endpoints. */
  webhooks(): LambdaFunction {
    const { deployment } = this.props;
    const fn = this.create('Webhooks', 'webhooks', 'SCIM: sends events to webhooks', {
      environment: { [ENVIRONMENT.loopback]: '' },
      timeout: Duration.minutes(5),
    });
    // The schedule does the same work again.
    fn.configureAsyncInvoke({ retryAttempts: 0 });
    this.schedule('Deliveries', fn, {
      every: Duration.minutes(1),
      description: 'SCIM: repeats deliveries to webhooks',
      input: { task: 'deliver' },
    });
    this.allowTable(fn, ...ITEM_ACTIONS, 'BatchWriteItem');
    // It talks to other servers, and must not be able to read bearer tokens.
    allowSecrets(fn, `${deployment}/webhooks`, 'GetSecretValue');
    return fn;
  }

  /** Lets the admin API manage webhooks. */
  allowWebhooks(admin: LambdaFunction, webhooks: LambdaFunction): void {
    admin.addEnvironment(ENVIRONMENT.loopback, '');
    admin.addEnvironment(ENVIRONMENT.webhooksFunction, webhooks.functionArn);
    this.allowInvocation(admin, webhooks);
  }

  /** Creates the reader of the table's stream. */
  dispatcher(
    completion: LambdaFunction,
    notifications: LambdaFunction,
    webhooks: LambdaFunction,
  ): { readonly dispatcher: LambdaFunction; readonly discarded: Queue } {
    const { table, failureMail: mail, eventBus } = this.props;
    const dispatcher = this.create('Dispatcher', 'dispatcher', "SCIM: reads the table's stream", {
      environment: {
        ...this.eventEnvironment(),
        [ENVIRONMENT.eventBus]: eventBus.eventBusArn,
        [ENVIRONMENT.webhooksFunction]: webhooks.functionArn,
        [ENVIRONMENT.completionFunction]: completion.functionArn,
        [ENVIRONMENT.notificationsFunction]: notifications.functionArn,
        [ENVIRONMENT.mailWindow]: String(mailWindow(mail).toSeconds()),
        ...mailEnvironment(mail),
      },
      timeout: Duration.minutes(1),
    });
    this.allowTable(dispatcher, 'GetItem', 'BatchGetItem', 'Query');
    this.allowTable(dispatcher, 'PutItem', 'UpdateItem', 'ConditionCheckItem');
    // Role rules need the groups of users.
    this.allowIndex(dispatcher);
    eventBus.grantPutEventsTo(dispatcher);
    for (const fn of [completion, notifications, webhooks]) this.allowInvocation(dispatcher, fn);
    this.schedule('Undelivered', dispatcher, {
      every: Duration.minutes(1),
      description: 'SCIM: puts events on the bus that could not be put there before',
      input: { task: 'publish' },
    });
    return { dispatcher, discarded: readStream(this.scope, dispatcher, table) };
  }

  /**
   * Lets a function test new tokens by invoking `discovery` directly, if it cannot rely on reaching
   * the API over HTTP.
   */
  allowProbe(fn: LambdaFunction, discovery: LambdaFunction): void {
    if (this.props.isOpen) return;
    fn.addEnvironment(ENVIRONMENT.probedFunction, discovery.functionArn);
    this.allowInvocation(fn, discovery);
  }
}
