import type { IncomingMessage, ServerResponse } from 'node:http';
import { asText, isArray, isObject, parseJson, type Json, type JsonObject } from '../scim/json';

/** Path of the metrics that CloudWatch would show. */
export const METRICS_PATH = '/metrics';

/** Aggregate of one metric and set of dimensions. */
interface Reported {
  readonly name: string;
  readonly dimensions: JsonObject;
  count: number;
  sum: number;
  maximum: number;
}

/** CloudWatch stand-in: extracts metrics from the functions' logs (embedded metric format). */
export class LocalMetrics {
  private readonly reported = new Map<string, Reported>();

  /** Reads a line of a function's log. @returns whether it contains metrics */
  read(line: string): boolean {
    if (!line.includes('"_aws"')) return false;
    const entry = parsed(line);
    const metadata = isObject(entry) ? entry['_aws'] : undefined;
    const directives = isObject(metadata) ? metadata['CloudWatchMetrics'] : undefined;
    if (!isObject(entry) || !isArray(directives)) return false;
    for (const directive of directives.filter(isObject)) this.note(entry, directive);
    return true;
  }

  private note(entry: JsonObject, { Dimensions: sets, Metrics: metrics }: JsonObject): void {
    for (const set of isArray(sets) ? sets : []) {
      const names = isArray(set) ? set.map(String) : [];
      const dimensions = Object.fromEntries(names.map((name) => [name, entry[name]]));
      for (const metric of isArray(metrics) ? metrics.filter(isObject) : []) {
        const name = asText(metric['Name']);
        this.add(name, dimensions, Number(entry[name]));
      }
    }
  }

  private add(name: string, dimensions: JsonObject, value: number): void {
    const key = JSON.stringify([name, dimensions]);
    const found = this.reported.get(key) ?? { name, dimensions, count: 0, sum: 0, maximum: value };
    found.count += 1;
    found.sum += value;
    found.maximum = Math.max(found.maximum, value);
    this.reported.set(key, found);
  }

  /** Answers with the aggregates since the start, as JSON. */
  serve(_request: IncomingMessage, response: ServerResponse): void {
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.end(`${JSON.stringify([...this.reported.values()])}\n`);
  }
}

function parsed(line: string): Json | undefined {
  try {
    return parseJson(line);
  } catch {
    return undefined;
  }
}
