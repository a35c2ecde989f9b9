import type { Duration } from 'aws-cdk-lib';
import type { ITopic } from 'aws-cdk-lib/aws-sns';

/** Alarm target and thresholds. */
export interface AlarmProps {
  /**
   * SNS topic that is notified when an alarm is raised and when it is over.
   *
   * With or without a topic, alarms are visible in CloudWatch and on the dashboard, and are mailed
   * to `failureMail.recipients`. MailFailures and NotificationErrors are never mailed.
   *
   * @default - no topic is notified
   */
  readonly topic?: ITopic;

  /**
   * Threshold of FailedRequests: requests from identity providers that fail within 15 minutes.
   *
   * @default 20
   */
  readonly failedRequests?: number;

  /**
   * Threshold of RefusedTokens: requests with an invalid bearer token within 15 minutes.
   *
   * @default 20
   */
  readonly refusedTokens?: number;

  /**
   * Threshold of GatewayRefusals: requests that API Gateway itself rejects within 15 minutes.
   *
   * The alarm is raised after two such periods in a row. API Gateway rejects wrong URLs, unsigned
   * calls of the admin API, requests above the `throttling` limit, and addresses that `access` or
   * the web ACL does not allow.
   *
   * @default 50
   */
  readonly gatewayRefusals?: number;

  /**
   * Threshold of ServerErrors: requests that get a 5xx response within 5 minutes.
   *
   * Responses with 501 do not count: they decline what the service does not support, such as
   * groups on a users-only connection.
   *
   * @default 1
   */
  readonly serverErrors?: number;

  /**
   * Threshold of SlowRequests: the 95th percentile of the latency of SCIM requests.
   *
   * The alarm is raised when the latency stays at or above this value for 15 minutes. It is
   * measured inside the functions, without network and API Gateway.
   *
   * @default Duration.seconds(5)
   */
  readonly latency?: Duration;
}
