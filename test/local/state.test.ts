import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Clock } from '../../local/clock';
import { Mailbox } from '../../local/services/mailbox';
import { readJsonLines, unwritable, writeJsonLines } from '../../local/state/files';
import { takeLock } from '../../local/state/lock';
import { SecretStore } from '../../local/state/secret-store';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'cdk-scim-state-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const fileIn = (name: string): string => path.join(folder, name);

describe('the lock', () => {
  test('is refused while its owner runs', () => {
    takeLock(fileIn('lock'));
    expect(() => takeLock(fileIn('lock'))).toThrow(`(process ${process.pid})`);
  });

  test('is taken from a process whose id another process reuses', () => {
    takeLock(fileIn('lock'));
    const { pid } = JSON.parse(readFileSync(fileIn('lock'), 'utf8'));
    writeFileSync(fileIn('lock'), JSON.stringify({ pid, started: '1' }));
    takeLock(fileIn('lock'));
    expect(JSON.parse(readFileSync(fileIn('lock'), 'utf8')).started).not.toBe('1');
  });

  test.each(['', 'x', '{"pid":', '{"pid": 0}', '4194305', '[]'])(
    'is taken from an owner that does not run: %j',
    (content) => {
      writeFileSync(fileIn('lock'), content);
      takeLock(fileIn('lock'));
      expect(JSON.parse(readFileSync(fileIn('lock'), 'utf8')).pid).toBe(process.pid);
    },
  );

  test('of 0.2.0, a bare process id, is respected', () => {
    writeFileSync(fileIn('lock'), String(process.ppid));
    expect(() => takeLock(fileIn('lock'))).toThrow(`(process ${process.ppid})`);
  });
});

const secret = { name: 's', versions: [{ id: '1', value: 'v', stages: ['AWSCURRENT'] }] };

describe('files of a run', () => {
  test.each([
    ['secrets.jsonl', (file: string) => new SecretStore(file)],
    ['clock.json', (file: string) => new Clock(file)],
    ['mails.jsonl', (file: string) => new Mailbox(file)],
  ])('a damaged %s is named, with how to start over', (name, open) => {
    writeFileSync(fileIn(name), '{"a": 1}\n{"b\n{"c": 3}\n');
    expect(() => open(fileIn(name))).toThrow(
      `Line 2 of ${fileIn(name)} is damaged. To start over, delete the folder ${folder}`,
    );
    expect(readFileSync(fileIn(name), 'utf8')).toContain('{"c": 3}');
  });

  test('a last line that was cut off is left out, and the lines before it stay', () => {
    writeFileSync(fileIn('s'), `${JSON.stringify(secret)}\n{"name": "t", "vers`);
    expect(new SecretStore(fileIn('s')).all()).toEqual([secret]);
    expect(readJsonLines(fileIn('s'))).toEqual([secret]);
  });

  test('secrets are kept, changed and deleted over restarts', () => {
    const store = new SecretStore(fileIn('s'));
    store.set(secret);
    store.set({ ...secret, name: 't' });
    store.delete('t');
    expect(new SecretStore(fileIn('s')).all()).toEqual([secret]);
  });

  test('the clock keeps its advance, and the mailbox its mails', async () => {
    const clock = new Clock(fileIn('clock.json'));
    await clock.advance(90_000);
    await clock.advance(10_000);
    expect(new Clock(fileIn('clock.json')).aheadMs()).toBe(100_000);
    const mail = { from: 'a@x', recipients: ['b@x'], subject: 's', text: 't', html: 'h' };
    writeFileSync(fileIn('mails.jsonl'), `${JSON.stringify(mail)}\n`);
    expect(new Mailbox(fileIn('mails.jsonl')).mails).toEqual([mail]);
  });
});

describe('a folder that cannot be written', () => {
  test.each([
    ['EACCES', 'add --memory'],
    ['EROFS', 'add --memory'],
    ['ENOSPC', 'is full'],
    ['ENOTDIR', 'is not a folder'],
  ])('%s: the error says what to do', (code, advice) => {
    const error = unwritable('/data', Object.assign(new Error(code), { code }));
    expect(String(error)).toContain('/data');
    expect(String(error)).toContain(advice);
  });

  test('other errors stay as they are', () => {
    const error = new Error('x');
    expect(unwritable('/data', error)).toBe(error);
  });

  // Writes to this device fail as on a full disk.
  const onLinux = process.platform === 'linux' ? test : test.skip;
  onLinux('a full disk is named when a file is written', () => {
    symlinkSync('/dev/full', fileIn('s.next'));
    expect(() => writeJsonLines(fileIn('s'), [secret])).toThrow(
      `The disk that holds ${folder} is full.`,
    );
  });
});
