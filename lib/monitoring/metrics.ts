import { Duration } from 'aws-cdk-lib';
import { Metric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import type { Construct } from 'constructs';
import { METRICS, STAGE } from '../../lambdas/contract';

/** Kind of failure of a SCIM request, by the status of its response. */
export enum FailureKind {
  /** 401: the bearer token is invalid. */
  UNAUTHORIZED = 'unauthorized',
  /**
   * 403: the request is not allowed.
   *
   * For example, the token lacks a scope, or the connection is disabled.
   */
  FORBIDDEN = 'forbidden',
  /**
   * 404: the resource to change does not exist.
   *
   * Reading a resource that does not exist is not a failure.
   */
  NOT_FOUND = 'notFound',
  /** 409: another resource already has this value of a unique attribute. */
  CONFLICT = 'conflict',
  /** 412: the resource to change has a newer version. */
  PRECONDITION = 'precondition',
  /** Any other 4xx, or 501: the request is invalid, or is not supported. */
  INVALID = 'invalid',
  /** 429: the connection sends more requests than its limit. They are not in the total. */
  RATE_LIMITED = 'rateLimited',
  /** 503: the table throttled the request, or its time ran out. */
  THROTTLED = 'throttled',
  /** Any other 5xx: the service failed. */
  FAULT = 'fault',
}

/** Metrics of a service provider: those of its functions and those of API Gateway. */
export class Metrics {
  constructor(
    private readonly scope: Construct,
    /** Value of the dimension that all metrics of the functions have. */
    private readonly deployment: string,
    private readonly api: RestApi,
  ) {}

  /**
   * Returns a metric that the functions report.
   * @param metricName one of `METRICS`
   * @param options overrides of the default, the sum over five minutes
   */
  metric(
    metricName: string,
    options: MetricOptions = {},
    dimensions: Readonly<Record<string, string>> = {},
  ): Metric {
    return new Metric({
      namespace: METRICS.namespace,
      metricName,
      dimensionsMap: { [METRICS.deployment]: this.deployment, ...dimensions },
      statistic: 'Sum',
      period: Duration.minutes(5),
      ...options,
    }).attachTo(this.scope);
  }

  /** Returns the number of failures of one kind. */
  failuresOf(kind: FailureKind, options: MetricOptions = {}): Metric {
    return this.metric(METRICS.failures, { label: kind, ...options }, { [METRICS.kind]: kind });
  }

  /**
   * Returns a metric that is counted every hour over all connections.
   * @param options overrides of the default, the maximum over one hour
   */
  ofConnections(metricName: string, options: MetricOptions = {}): Metric {
    return this.metric(metricName, { statistic: 'Maximum', period: Duration.hours(1), ...options });
  }

  /**
   * Returns a metric of API Gateway, which includes requests that reach no function.
   * @param name name of the metric, such as `5XXError`
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
