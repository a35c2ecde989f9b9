import { Session } from 'node:inspector/promises';
import { runInNewContext } from 'node:vm';
import { buildSync } from 'esbuild';

/*
 * Counts the steps that code takes, which unlike time is the same on every machine: how often each
 * of its blocks runs, as V8's coverage reports it, plus the sizes that built-in functions work on.
 * Patterns count as linear; the lint rules of eslint-plugin-regexp see to that.
 */

const FILE = 'counted.js';

/**
 * Built-in functions that work on their whole subject or result, with the size of their work.
 * Spreading a list uses its iterator.
 */
const PRELUDE = `
  globalThis.steps = 0;
  const count = (owner, names, sizeOf) => {
    for (const name of names) {
      const original = owner[name];
      owner[name] = function (...parameters) {
        const result = original.apply(this, parameters);
        globalThis.steps += sizeOf(this, parameters, result);
        return result;
      };
    }
  };
  const own = (subject) => subject.length;
  count(Array.prototype, ['includes', 'indexOf', 'join', 'concat', 'slice', 'reverse'], own);
  count(String.prototype, ['includes', 'indexOf', 'lastIndexOf', 'search', 'split', 'trim',
    'toLowerCase', 'normalize', 'replace', 'replaceAll', 'match', 'isWellFormed'], own);
  count(String.prototype, ['slice'], (subject, parameters, result) => result.length);
  count(RegExp.prototype, ['exec'], (subject, [text], match) => match?.[0].length ?? 1);
  count(RegExp.prototype, ['test'], (subject, [text]) => text.length);
  for (const owner of [Array.prototype, Set.prototype, Map.prototype]) {
    const original = owner[Symbol.iterator];
    owner[Symbol.iterator] = function* () {
      const iterator = original.call(this);
      for (let next = iterator.next(); !next.done; next = iterator.next()) {
        globalThis.steps += 1;
        yield next.value;
      }
    };
  }
  count(JSON, ['parse'], (subject, [text]) => text.length);
  count(JSON, ['stringify'], (subject, parameters, result) => result?.length ?? 0);
  count(Object, ['keys', 'entries', 'values'], (subject, parameters, result) => result.length);
  count(Object, ['fromEntries'], (subject, parameters, result) => Object.keys(result).length);
`;

/** Code whose steps are counted. */
export class StepCounter {
  private readonly session = new Session();
  private readonly run: (...parameters: readonly string[]) => unknown;
  private readonly steps: () => number;

  /**
   * @param source a module in TypeScript that assigns a function to `globalThis.run`; it takes and
   * returns text, because objects of another context have uncounted methods
   * @param folder in which its imports are resolved
   */
  constructor(source: string, folder: string) {
    const { outputFiles } = buildSync({
      stdin: { contents: source, resolveDir: folder, loader: 'ts' },
      bundle: true,
      write: false,
      platform: 'node',
      // Spreading an object becomes a loop, which is counted.
      target: 'es2017',
      logLevel: 'silent',
    });
    this.session.connect();
    const [file] = outputFiles;
    const context = { require, process: {}, Buffer, URL };
    const code = `{${PRELUDE}}\n${file?.text ?? ''}\n[globalThis.run, () => globalThis.steps]`;
    [this.run, this.steps] = runInNewContext(code, context, { filename: FILE });
  }

  /** Starts counting. */
  async start(): Promise<void> {
    await this.session.post('Profiler.enable');
    await this.session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  /**
   * Returns the steps that one run takes: the maximum of two, because V8 does not report blocks
   * whose counters it has just created.
   */
  async count(...parameters: readonly string[]): Promise<number> {
    const counts = [];
    for (let run = 0; run < 2; run += 1) counts.push(await this.countOnce(parameters));
    return Math.max(...counts);
  }

  private async countOnce(parameters: readonly string[]): Promise<number> {
    await this.session.post('Profiler.takePreciseCoverage');
    const before = this.steps();
    this.run(...parameters);
    const inside = this.steps() - before;
    const { result } = await this.session.post('Profiler.takePreciseCoverage');
    const blocks = result
      .filter(({ url }) => url === FILE)
      .flatMap(({ functions }) => functions)
      .flatMap(({ ranges }) => ranges);
    return blocks.reduce((sum, { count }) => sum + count, inside);
  }

  /** Ends counting. */
  stop(): void {
    this.session.disconnect();
  }
}
