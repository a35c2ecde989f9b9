import type { MiddlewareObj, Request } from '@middy/core';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { CONNECTION_ID } from '../../directory/connections/connection';
import type { JsonObject } from '../../scim/json';
import { ENVIRONMENT, METRICS, type FailureKind } from '../contract';
import { variable } from '../runtime/environment';
import { logEntry } from './log';

/** Which kind of failure a status means. */
const KINDS: Readonly<Record<number, FailureKind>> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'notFound',
  409: 'conflict',
  412: 'precondition',
  429: 'throttled',
  // Groups on a users-only connection: nothing of this service has failed.
  501: 'invalid',
  // Only what the table, or the time that is left, does not allow is answered so.
  503: 'throttled',
};

/** Of what kind the failure is that a request was answered with; undefined for one that did what it was to do. */
export function failureKind(method: string, status: number): FailureKind | undefined {
  if (status < 400) return undefined;
  // Whoever looks for what is not there has been told so, and nothing has failed.
  if (status === 404 && (method === 'GET' || method === 'HEAD')) return undefined;
  return KINDS[status] ?? (status >= 500 ? 'fault' : 'invalid');
}

/**
 * Measures what a function is asked over HTTP. It is to be the first middleware, so that it is the last to see the answer.
 * @param by whom: what administrators do wrong is no failed synchronization, and how long they wait is not measured
 */
export function measurement(
  by: 'client' | 'administrator',
): MiddlewareObj<APIGatewayProxyEvent, APIGatewayProxyResult> {
  const begun = new WeakMap<object, number>();
  const measure = ({ event, context, response }: Request<APIGatewayProxyEvent, APIGatewayProxyResult>): void => {
    const { httpMethod: method, resource: route, pathParameters } = event;
    const id = pathParameters?.['connectionId'] ?? '';
    const latency = Math.round(performance.now() - (begun.get(context) ?? 0));
    const status = response?.statusCode ?? 500;
    const metrics = by === 'client' ? requestMetrics(method, status, latency) : [];
    if (status >= 400 && status < 500) metrics.push({ name: METRICS.refusals, unit: 'Count', value: 1 });
    if (status === 501) metrics.push({ name: METRICS.declined, unit: 'Count', value: 1 });
    logMetrics(metrics, {
      message: 'request',
      connection: CONNECTION_ID.test(id) ? id : '',
      method,
      // With API Gateway's placeholders it names nobody.
      route,
      status,
      requestId: context.awsRequestId,
    });
  };
  return {
    before: ({ context }) => {
      begun.set(context, performance.now());
    },
    after: measure,
    onError: measure,
  };
}

function requestMetrics(method: string, status: number, latency: number): Metric[] {
  const kind = failureKind(method, status);
  const metrics: Metric[] = [{ name: METRICS.latency, unit: 'Milliseconds', value: latency }];
  if (kind !== undefined) metrics.push({ name: METRICS.failures, unit: 'Count', value: 1, kind });
  return metrics;
}

/** Logs how many tokens end soon, and how many connections are not used as they were. None is not reported: a metric costs for the hours in which it is. */
export function measureConnections(tokensNearExpiry: number, silent: number): void {
  const metrics: readonly Metric[] = [
    { name: METRICS.tokensNearExpiry, unit: 'Count', value: tokensNearExpiry },
    { name: METRICS.silentConnections, unit: 'Count', value: silent },
  ];
  logMetrics(
    metrics.filter(({ value }) => value > 0),
    { message: 'connections' },
  );
}

/** Logs that a mail could not be sent. @param about what it was about */
export function measureMailFailure(about: JsonObject): void {
  logMetrics([{ name: METRICS.mailFailures, unit: 'Count', value: 1 }], { message: 'mail not sent', ...about });
}

interface Metric {
  readonly name: string;
  readonly unit: 'Count' | 'Milliseconds';
  readonly value: number;
  /** Of a failure: it is counted by its kind, too. */
  readonly kind?: FailureKind;
}

/**
 * A line of the log that CloudWatch makes metrics of.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
function logMetrics(metrics: readonly Metric[], entry: JsonObject): void {
  if (metrics.length === 0) return;
  const { namespace: Namespace, deployment, kind: Kind } = METRICS;
  const described = metrics.map(({ name, unit, kind }) => ({
    Namespace,
    Dimensions: kind === undefined ? [[deployment]] : [[deployment], [deployment, Kind]],
    Metrics: [{ Name: name, Unit: unit }],
  }));
  const values = metrics.flatMap(({ name, value, kind }): [string, string | number][] => [
    [name, value],
    ...(kind === undefined ? [] : [[Kind, kind] satisfies [string, string]]),
  ]);
  logEntry({
    level: 'INFO',
    ...entry,
    [deployment]: variable(ENVIRONMENT.deployment),
    ...Object.fromEntries(values),
    _aws: { Timestamp: Date.now(), CloudWatchMetrics: described },
  });
}
