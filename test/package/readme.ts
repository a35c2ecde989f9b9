import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { check, checkOutput, ROOT, say } from './support';

/**
 * Runs the commands of the README for an app of your own as they stand there, with a home folder of
 * its own, and synthesizes the code at its top.
 */
export function followReadme(folder: string): void {
  const readme = readFileSync(path.join(ROOT, 'README.md'), 'utf8');
  const commands = between(readme, '<!-- own app -->\n\n```sh\n', '```');
  const home = path.join(folder, 'home');
  mkdirSync(home);
  const cache = execFileSync('npm', ['config', 'get', 'cache'], { encoding: 'utf8' }).trim();
  execFileSync('bash', ['-eu', '-c', commands], {
    cwd: ROOT,
    env: { ...process.env, HOME: home, npm_config_cache: cache, npm_config_yes: 'true' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const app = path.join(home, 'identity');
  writeFileSync(path.join(app, 'bin', 'identity.ts'), between(readme, '```ts\n', '```'));
  const { stderr } = spawnSync('npx', ['cdk', 'synth', '--quiet'], { cwd: app, encoding: 'utf8' });
  checkOutput(path.join(app, 'cdk.out'));
  check(stderr === '', `The app of the README synthesizes with messages:\n${stderr}`);
  say('README: an app of your own synthesizes');
}

function between(text: string, start: string, end: string): string {
  const [, after = ''] = text.split(start);
  const [found = ''] = after.split(end);
  check(found !== '', `The README has nothing between ${start} and ${end}.`);
  return found;
}
