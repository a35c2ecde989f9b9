import { startOurs } from './support/processes';
import { requests } from './support/requests';
import { execSync } from 'node:child_process';
(async () => {
  const s = await startOurs();
  const ids: string[] = []; const names: string[] = [];
  const groups: string[] = [];
  for (let g = 0; g < 4; g++) groups.push(await requests.createGroup(s, 'G' + g));
  const ops: Record<string, (c: number, i: number) => Promise<unknown>> = {
    create: async (c, i) => { const n = `u${c}-${i}@x.com`; names.push(n); ids.push(await requests.createUser(s, n)); },
    get: (c, i) => requests.getUser(s, ids[(c * 31 + i) % ids.length]!),
    find: (c, i) => requests.findUser(s, names[(c * 31 + i) % names.length]!),
    patch: (c, i) => requests.setActive(s, ids[(c * 31 + i) % ids.length]!, i % 2 === 0),
    add: (c, i) => requests.addMember(s, groups[i % 4]!, ids[(c * 97 + i * 7) % ids.length]!),
  };
  const cpu = () => { const out = execSync('ps -eo pid,comm,time,args --no-headers').toString().split('\n').filter(l => /dynoxide serve|local\/start/.test(l) && !/sh -c/.test(l)); return out.map(l => { const m = /^\s*(\d+) (\S+)\s+(\S+)/.exec(l)!; return [m[2], Number(require('fs').readFileSync(`/proc/${m[1]}/stat`, 'utf8').split(' ').slice(13, 15).reduce((a: number, b: string) => a + Number(b), 0))] as const; }); };
  for (const [name, op] of Object.entries(ops)) for (const clients of [1, 16]) {
    const before = cpu(); const own = process.cpuUsage(); const t = performance.now(); let n = 0;
    await Promise.all(Array.from({ length: clients }, async (_, c) => { for (let i = 0; performance.now() - t < 2500; i++) { await op(c + clients * 100, i); n++; } }));
    const ms = performance.now() - t; const after = cpu(); const o = process.cpuUsage(own);
    console.log(name, clients, (n / ms * 1000).toFixed(0), 'req/s', (ms * clients / n).toFixed(2), 'ms each; cpu ms/req:', after.map(([k, v], i) => `${k} ${((v - before[i]![1]) * 10 / n).toFixed(2)}`).join(', '), 'client', ((o.user + o.system) / 1000 / n).toFixed(2));
  }
  await s.stop();
})();
