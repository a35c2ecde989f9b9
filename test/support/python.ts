import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const CACHE = path.join(__dirname, '..', '..', 'node_modules', '.cache', 'python');

/**
 * Creates a virtual environment with the packages of a requirements file, once per version of the
 * file.
 * @param requirements path of the file, after which the environment is named
 * @returns the folder of the environment's programs
 */
export function pythonEnvironment(requirements: string): string {
  const name = path.basename(requirements, '.txt');
  const folder = path.join(CACHE, name);
  const stamp = path.join(folder, 'requirements.txt');
  const wanted = readFileSync(requirements, 'utf8');
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
    process.stdout.write(`Installing ${name} ...\n`);
    mkdirSync(CACHE, { recursive: true });
    run('python3', ['-m', 'venv', '--clear', folder]);
    run(path.join(folder, 'bin', 'pip'), [
      'install',
      '--quiet',
      '--disable-pip-version-check',
      '-r',
      requirements,
    ]);
    writeFileSync(stamp, wanted);
  }
  return path.join(folder, 'bin');
}

function run(program: string, args: readonly string[]): void {
  const { status, error, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0)
    throw new Error(`${program} ${args.join(' ')} failed: ${error?.message ?? stderr}`);
}
