import { accessSync, constants, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { startDirectory } from './support/directory';
import type { Effort } from './support/effort';
import { mixtureOf } from './support/mixture';
import { percentile, table, timed } from './support/statistics';
import { READ_MILLION, WRITE_MILLION } from './units';

/** Sizes of memory in MB. */
const SIZES = [512, 1024] as const;

/**
 * Memory with which a function has a whole CPU.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
 */
const WHOLE_CPU_MB = 1769;

/** Milliseconds of a call to DynamoDB from a function in the same region, assumed. */
const CALL_MS = 4;

/**
 * List prices of us-east-1 in USD.
 * @see https://aws.amazon.com/api-gateway/pricing/ and https://aws.amazon.com/lambda/pricing/
 */
const REST_API_MILLION = 3.5;
const INVOCATION_MILLION = 0.2;
const ARM_GB_SECOND = 0.0000133334;

const USERS = 500;

/** The kernel's cgroups, which limit the CPU of a process as Lambda does. */
const CGROUP = '/sys/fs/cgroup/cpu';

/**
 * Measures what a million requests cost, and how long one takes with different sizes of memory:
 * the server gets the share of a CPU that Lambda gives to that memory, and serves one request at a
 * time.
 */
export async function cost({ mixed }: Effort): Promise<string> {
  const rows: (string | number)[][] = [];
  for (const megabytes of SIZES) rows.push(await measure(megabytes, mixed));
  const unlimited = canLimit() ? '' : ' (**not on this machine**, where it cannot be limited)';
  return `The mix of requests below "Past one machine", one after the other, against ${USERS} \
users in one group each, with profile \`entra\`. The server gets the share of a CPU that Lambda \
gives to a function with that much memory${unlimited}, and every call to DynamoDB takes at least \
${CALL_MS} ms, as in a region of AWS. The costs are USD per million requests, with list prices of \
us-east-1, arm64 and a REST API.

${table(['memory, MB', 'p50, ms', 'p99, ms', 'Lambda', 'DynamoDB', 'API Gateway', 'total'], rows)}`;
}

async function measure(megabytes: number, count: number): Promise<(string | number)[]> {
  const directory = await startDirectory({
    users: USERS,
    groups: 1,
    identityProvider: 'entra',
    callMs: CALL_MS,
  });
  const release = limitCpu(directory.subject.pid, megabytes / WHOLE_CPU_MB);
  try {
    const times: number[] = [];
    const send = mixtureOf(directory.subject, directory);
    // Loads and compiles everything.
    for (let step = 0; step < count / 2; step += 1) await send(step);
    const { reads, writes } = await directory.proxy.measure(async () => {
      for (let step = 0; step < count; step += 1) {
        times.push(await timed(() => send(Math.ceil(count / 2) + step)));
      }
    });
    const seconds = times.reduce((sum, time) => sum + Math.ceil(time), 0) / 1000 / count;
    const lambda = INVOCATION_MILLION + seconds * (megabytes / 1024) * ARM_GB_SECOND * 1_000_000;
    const dynamodb = (reads * READ_MILLION + writes * WRITE_MILLION) / count;
    return [
      megabytes,
      percentile(times, 0.5).toFixed(0),
      percentile(times, 0.99).toFixed(0),
      lambda.toFixed(2),
      dynamodb.toFixed(2),
      REST_API_MILLION.toFixed(2),
      (lambda + dynamodb + REST_API_MILLION).toFixed(2),
    ];
  } finally {
    await directory.stop();
    release();
  }
}

/** Returns whether this user may limit the CPU of a process. */
function canLimit(): boolean {
  try {
    accessSync(path.join(CGROUP, 'cpu.cfs_quota_us'), constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Limits a process to a share of a CPU. @returns a function that ends the limit */
function limitCpu(pid: number, share: number): () => void {
  if (!canLimit()) return () => undefined;
  const folder = path.join(CGROUP, `cdk-scim-bench-${pid}`);
  mkdirSync(folder);
  // A short period, so that a request waits in small steps.
  writeFileSync(path.join(folder, 'cpu.cfs_period_us'), '20000');
  writeFileSync(path.join(folder, 'cpu.cfs_quota_us'), String(Math.round(share * 20_000)));
  writeFileSync(path.join(folder, 'cgroup.procs'), String(pid));
  return () => {
    rmdirSync(folder);
  };
}
