import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { METRICS } from '../../lambdas/contract';
import type { FailureKind, Metrics } from './metrics';

/**
 * The metrics of a service provider. A hidden base class: its methods are those of the provider.
 * @internal
 */
export abstract class MeteredConstruct extends Construct {
  /** @internal */
  protected abstract readonly _metrics: Metrics;

  /**
   * Returns a metric that the functions of this deployment report.
   *
   * Sum over five minutes by default.
   *
   * @param metricName `Latency`, `Failures`, `Refusals`, `Declined`, `TokensNearExpiry`,
   * `SilentConnections`, `MailFailures`, `UndeliveredEvents` or `FailedWebhooks`.
   * @param options Overrides of the defaults.
   */
  metric(metricName: string, options?: MetricOptions): Metric {
    return this._metrics.metric(metricName, options);
  }

  /**
   * Returns the metric for the number of SCIM requests.
   *
   * Count over five minutes by default.
   *
   * @param options Overrides of the defaults.
   */
  metricRequests(options?: MetricOptions): Metric {
    return this._metrics.metric(METRICS.latency, { statistic: 'SampleCount', ...options });
  }

  /**
   * Returns the metric for the latency of SCIM requests in milliseconds, measured in the function.
   *
   * 95th percentile over five minutes by default.
   *
   * @param options Overrides of the defaults.
   */
  metricLatency(options?: MetricOptions): Metric {
    return this._metrics.metric(METRICS.latency, { statistic: 'p95', ...options });
  }

  /**
   * Returns the metric for the number of failed SCIM requests.
   *
   * Sum over five minutes by default. Reads of resources that do not exist are not failures.
   *
   * @param options Overrides of the defaults.
   */
  metricFailures(options?: MetricOptions): Metric {
    return this._metrics.metric(METRICS.failures, options);
  }

  /**
   * Returns the metric for the number of SCIM requests that failed in one way.
   *
   * Sum over five minutes by default.
   *
   * @param kind The kind of failure.
   * @param options Overrides of the defaults.
   */
  metricFailuresOf(kind: FailureKind, options?: MetricOptions): Metric {
    return this._metrics.failuresOf(kind, options);
  }

  /**
   * Returns the metric for the number of tokens that expire within a week without a replacement.
   *
   * Counted every hour, maximum over one hour by default. Nothing is reported when there are none.
   *
   * @param options Overrides of the defaults.
   */
  metricTokensNearExpiry(options?: MetricOptions): Metric {
    return this._metrics.ofConnections(METRICS.tokensNearExpiry, options);
  }

  /**
   * Returns the metric for the number of enabled connections that have gone silent.
   *
   * Connections that may be in quarantine at the identity provider are included.
   *
   * Counted every hour, maximum over one hour by default. Nothing is reported when there are none.
   *
   * @param options Overrides of the defaults.
   */
  metricSilentConnections(options?: MetricOptions): Metric {
    return this._metrics.ofConnections(METRICS.silentConnections, options);
  }
}
