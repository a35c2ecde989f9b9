// Replays recorded traffic and fails on unexpected results.
//
//   node .ci/replay.mjs ADMIN_URL REPLAY_PROGRAM
import { spawnSync } from 'node:child_process';

// Steps that must be refused: their bearer token was never issued. A capture from 2019 has Entra
// ID's own JWT there, and the replay sends a made-up word. A server that accepts it accepts anyone.
const REFUSED = ['entra-default / test-connection / 2'];

const [adminUrl, program] = process.argv.slice(2);
const args = [program, '--admin', adminUrl, '--json'];
const { stdout, stderr } = spawnSync(process.execPath, args, {
  encoding: 'utf8',
  maxBuffer: 64 * 1024 * 1024,
});
const end = stdout.lastIndexOf('}');
if (end === -1) throw new Error(`The replay did not run: ${stdout} ${stderr}`);
const { summary, failures } = JSON.parse(stdout.slice(0, end + 1));

const name = ({ idp, scenario, step }) => `${idp} / ${scenario} / ${step}`;
const unexpected = failures.filter(
  (failure) => !(REFUSED.includes(name(failure)) && failure.problems.includes('status 401')),
);
for (const { idp, steps, passed } of summary)
  process.stdout.write(`${idp}: ${passed} of ${steps} steps\n`);
for (const failure of unexpected)
  process.stdout.write(`FAIL ${name(failure)}\n${JSON.stringify(failure, null, 1)}\n`);
const passed = summary.reduce((sum, client) => sum + client.passed, 0);
process.stdout.write(`refused as they must be: ${failures.length - unexpected.length}\n`);
process.stdout.write(`${passed} passed, ${unexpected.length} failed\n`);
process.exit(unexpected.length === 0 && passed > 0 ? 0 : 1);
