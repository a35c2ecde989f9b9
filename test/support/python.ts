import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const CACHE = path.join(__dirname, '..', '..', 'node_modules', '.cache', 'python');

/**
 * A virtual environment with what a requirements file names, made once.
 * @param requirements the file; its name is the environment's
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
    must('python3', ['-m', 'venv', '--clear', folder]);
    must(path.join(folder, 'bin', 'pip'), [
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

function must(program: string, args: readonly string[]): void {
  const { status, error, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0)
    throw new Error(`${program} ${args.join(' ')} failed: ${error?.message ?? stderr}`);
}
