import type { JsonObject } from '../../scim/json';
import { ENVIRONMENT, METRICS, type FailureKind } from '../contract';
import { variable } from '../runtime/environment';
import { failureKind } from './failure-kind';
import { logEntry, writeLog } from './log';

/** A request over HTTP that was answered. */
export interface AnsweredRequest {
  /** Id of the connection, if the path has a well-formed one. */
  readonly connection: string;
  readonly method: string;
  /** The route with API Gateway's placeholders, which contains no personal data. */
  readonly route: string;
  readonly status: number;
  readonly requestId: string;
}

/**
 * Reports a request. Administrators' mistakes are not failed provisioning, and their latency is not
 * measured.
 * @param latency milliseconds in the function
 */
export function reportRequest(
  caller: 'client' | 'administrator',
  request: AnsweredRequest,
  latency: number,
): void {
  const { method, status } = request;
  if (caller === 'client' && status < 400) {
    writeLog(successLine(request, latency));
    return;
  }
  const metrics = caller === 'client' ? clientMetrics(method, status, latency) : [];
  if (status >= 400 && status < 500) {
    metrics.push({ name: METRICS.refusals, unit: 'Count', value: 1 });
  }
  if (status === 501) metrics.push({ name: METRICS.declined, unit: 'Count', value: 1 });
  logMetrics(metrics, { message: 'request', ...request });
}

/** The constant parts of the line of a successful request. Almost all requests succeed. */
const SUCCESS = {
  metric: JSON.stringify(METRICS.latency),
  deployment: JSON.stringify(METRICS.deployment),
  directives: JSON.stringify([
    {
      Namespace: METRICS.namespace,
      Dimensions: [[METRICS.deployment]],
      Metrics: [{ Name: METRICS.latency, Unit: 'Milliseconds' }],
    },
  ]),
};

/** Returns the same line as `logMetrics` writes, without building the objects. */
function successLine(request: AnsweredRequest, latency: number): string {
  const { metric, deployment, directives } = SUCCESS;
  return (
    `{"level":"INFO","message":"request",${JSON.stringify(request).slice(1, -1)},` +
    `${deployment}:${deploymentName()},${metric}:${latency},` +
    `"_aws":{"Timestamp":${Date.now()},"CloudWatchMetrics":${directives}}}`
  );
}

let deploymentText: string | undefined;

/** Returns the deployment's name as JSON. */
function deploymentName(): string {
  deploymentText ??= JSON.stringify(variable(ENVIRONMENT.deployment));
  return deploymentText;
}

function clientMetrics(method: string, status: number, latency: number): Metric[] {
  const kind = failureKind(method, status);
  const metrics: Metric[] = [{ name: METRICS.latency, unit: 'Milliseconds', value: latency }];
  if (kind !== undefined) metrics.push({ name: METRICS.failures, unit: 'Count', value: 1, kind });
  return metrics;
}

/**
 * Reports how many tokens end soon and how many connections are silent. Zeros are skipped:
 * CloudWatch bills custom metrics by the hour.
 */
export function reportConnectionMetrics(tokensNearExpiry: number, silent: number): void {
  const metrics: readonly Metric[] = [
    { name: METRICS.tokensNearExpiry, unit: 'Count', value: tokensNearExpiry },
    { name: METRICS.silentConnections, unit: 'Count', value: silent },
  ];
  logMetrics(
    metrics.filter(({ value }) => value > 0),
    { message: 'connections' },
  );
}

/** Reports a mail that SES did not accept. @param about further fields of the log line */
export function reportMailFailure(about: JsonObject): void {
  const metric: Metric = { name: METRICS.mailFailures, unit: 'Count', value: 1 };
  logMetrics([metric], { message: 'mail not sent', ...about });
}

/** Reports events that were not delivered. @param about further fields of the log line */
export function reportUndelivered(
  name: 'undeliveredEvents' | 'failedWebhooks',
  value: number,
  about: JsonObject,
): void {
  const metric: Metric = { name: METRICS[name], unit: 'Count', value };
  logMetrics([metric], { message: 'events not delivered', ...about });
}

interface Metric {
  readonly name: string;
  readonly unit: 'Count' | 'Milliseconds';
  readonly value: number;
  /** Failures are also counted by kind. */
  readonly kind?: FailureKind;
}

/**
 * Writes a log line in CloudWatch's embedded metric format.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
function logMetrics(metrics: readonly Metric[], entry: JsonObject): void {
  if (metrics.length === 0) return;
  const { namespace: Namespace, deployment, kind: Kind } = METRICS;
  const dimensionsOf = (kind: FailureKind | undefined): readonly (readonly string[])[] => {
    if (kind === undefined) return [[]];
    // A connection above its limit has not failed: its requests are repeated later.
    return kind === 'rateLimited' ? [[Kind]] : [[], [Kind]];
  };
  const directives = metrics.map(({ name, unit, kind }) => ({
    Namespace,
    Dimensions: dimensionsOf(kind).map((further) => [deployment, ...further]),
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
    _aws: { Timestamp: Date.now(), CloudWatchMetrics: directives },
  });
}
