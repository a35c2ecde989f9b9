import { Duration } from 'aws-cdk-lib';
import { Metric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import type { Construct } from 'constructs';
import { METRICS, STAGE } from '../lambdas/contract';

/** How a SCIM request can fail. */
export enum FailureKind {
  /** 401: its token is not valid. */
  UNAUTHORIZED = 'unauthorized',
  /** 403: its token may not do this, or the connection is disabled. */
  FORBIDDEN = 'forbidden',
  /** 404: what it is to change is not there. Looking for what is not there is no failure. */
  NOT_FOUND = 'notFound',
  /** 409: another resource has the value already. */
  CONFLICT = 'conflict',
  /** 412: what it is to change has another version by now. */
  PRECONDITION = 'precondition',
  /** Any other status from 400 to 499, or 501: what it sends is wrong, or is not taken. */
  INVALID = 'invalid',
  /** 429 or 503: the table, or the time that was left, did not allow it. */
  THROTTLED = 'throttled',
  /** Any other status from 500 on. */
  FAULT = 'fault',
}

/** What a service provider can be watched by: what its functions report, and what API Gateway does. */
export class Metrics {
  constructor(
    private readonly scope: Construct,
    /** The deployment that the metrics are of. */
    private readonly deployment: string,
    private readonly api: RestApi,
  ) {}

  /** One of `METRICS`. @param options sum over five minutes by default */
  of(metricName: string, options: MetricOptions = {}, dimensions: Readonly<Record<string, string>> = {}): Metric {
    return new Metric({
      namespace: METRICS.namespace,
      metricName,
      dimensionsMap: { [METRICS.deployment]: this.deployment, ...dimensions },
      statistic: 'Sum',
      period: Duration.minutes(5),
      ...options,
    }).attachTo(this.scope);
  }

  /** Failures of one kind. */
  failuresOf(kind: FailureKind, options: MetricOptions = {}): Metric {
    return this.of(METRICS.failures, { label: kind, ...options }, { [METRICS.kind]: kind });
  }

  /** What is counted of all connections every hour. @param options the maximum over an hour without them */
  ofConnections(metricName: string, options: MetricOptions = {}): Metric {
    return this.of(metricName, { statistic: 'Maximum', period: Duration.hours(1), ...options });
  }

  /**
   * What API Gateway counts of all requests, those among them that reach no function.
   * @param name such as `5XXError`
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
   */
  ofApi(name: string, options: MetricOptions = {}): Metric {
    return new Metric({
      namespace: 'AWS/ApiGateway',
      metricName: name,
      dimensionsMap: { ApiName: this.api.restApiName, Stage: STAGE },
      statistic: 'Sum',
      period: Duration.minutes(5),
      ...options,
    }).attachTo(this.scope);
  }
}
