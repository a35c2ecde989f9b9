import { Argument, InvalidArgumentError } from '@commander-js/extra-typings';
import { readFileSync } from 'node:fs';
import { findDeployment } from '../deployment';
import { UsageError } from '../errors';
import { printJson } from '../output/output';
import type { Program } from '../program';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** Adds `api`. */
export function addApi(program: Program): void {
  program
    .command('api')
    .description('Make any call of the admin API and print its answer as it is, also tokens')
    .addArgument(new Argument('<method>', METHODS.join(', ')).argParser(methodOf))
    .argument('<path>', 'path below the admin URL, such as /connections/acme/audit')
    .option('--body <json>', 'body; @file reads a file, @- the standard input')
    .action(async (method, path, _, command) => {
      const options = command.optsWithGlobals();
      if (!path.startsWith('/')) throw new UsageError('The path must start with a slash.');
      if (method === 'GET' && options.body !== undefined) {
        throw new UsageError('GET takes no body.');
      }
      const body = options.body === undefined ? undefined : readBody(options.body);
      const { admin } = await findDeployment(options);
      const answer = await admin.call(method, path, body);
      if (answer !== undefined) printJson(answer);
    });
}

function methodOf(text: string): (typeof METHODS)[number] {
  const found = METHODS.find((method) => method === text.toUpperCase());
  if (found !== undefined) return found;
  throw new InvalidArgumentError(`It must be one of ${METHODS.join(', ')}.`);
}

/** @throws UsageError if it is not JSON or the file cannot be read */
function readBody(text: string): unknown {
  const source = text.startsWith('@') ? readSource(text.slice(1)) : text;
  try {
    return JSON.parse(source);
  } catch {
    throw new UsageError(`The body is not JSON: ${source.slice(0, 80)}`);
  }
}

function readSource(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8').replace(/^\uFEFF/, '');
  } catch {
    throw new UsageError(`The file "${file}" cannot be read.`);
  }
}
