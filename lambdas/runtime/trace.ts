import { createSocket } from 'node:dgram';
import { randomBytes } from 'node:crypto';
import type { FinishedCall } from '../../directory/store/client/dynamodb';

/*
 * Subsegments of X-Ray for calls of DynamoDB. The SDK of X-Ray instruments the AWS SDK, which does
 * not make these calls (docs/decisions/0005-dynamodb-without-the-sdk.md), and is larger than the
 * functions.
 */

/** First line of each datagram to the daemon. */
const HEADER = '{"format":"json","version":1}\n';

/** The trace that the current invocation belongs to. */
interface TraceHeader {
  readonly root: string;
  readonly parent: string;
}

/**
 * Reads the trace of the current invocation.
 * @returns undefined if there is none, or if it is not sampled
 * @see https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
 */
function traceHeader(): TraceHeader | undefined {
  const fields = new Map(
    (process.env['_X_AMZN_TRACE_ID'] ?? '').split(';').map((field) => {
      const [name = '', value = ''] = field.split('=');
      return [name, value];
    }),
  );
  const [root, parent] = [fields.get('Root'), fields.get('Parent')];
  return root === undefined || parent === undefined || fields.get('Sampled') !== '1'
    ? undefined
    : { root, parent };
}

/**
 * Returns a function that sends a subsegment for each call of DynamoDB to the daemon of X-Ray,
 * which runs beside the function. A lost datagram is a gap in the trace and nothing else.
 * @see https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html
 */
export function traceCalls(table: string, region: string): (call: FinishedCall) => void {
  const [host = '127.0.0.1', port = '2000'] = (process.env['AWS_XRAY_DAEMON_ADDRESS'] ?? '').split(
    ':',
  );
  const socket = createSocket('udp4');
  socket.unref();
  socket.on('error', () => undefined);
  return ({ operation, startedAt, endedAt, status }) => {
    const trace = traceHeader();
    if (trace === undefined) return;
    const subsegment = {
      type: 'subsegment',
      trace_id: trace.root,
      parent_id: trace.parent,
      id: randomBytes(8).toString('hex'),
      name: 'DynamoDB',
      namespace: 'aws',
      start_time: startedAt / 1000,
      end_time: endedAt / 1000,
      aws: { operation, region, table_name: table },
      ...(status === undefined ? {} : { http: { response: { status } } }),
      ...(status === undefined || status >= 500 ? { fault: true } : {}),
      ...(status !== undefined && status >= 400 && status < 500 ? { error: true } : {}),
    };
    socket.send(HEADER + JSON.stringify(subsegment), Number(port), host, () => undefined);
  };
}
