import { Client, type Body } from '../support/client';
import { exported, group, importAll, importLines, user } from '../support/transfer';

test('an export holds what an import of it needs, also deleted users', async () => {
  const source = await Client.connect('generic');
  const ada = await source.user('ada@acme.example', { emails: [{ value: 'a@b.example' }] });
  const gone = await source.user('gone@acme.example', { externalId: 'e-9' });
  const cooks = await source.group('Cooks', [ada.id]);
  await source.group('All', [cooks.id, ada.id]);
  await source.delete(`/Users/${gone.id}`);
  const lines = await exported(source);
  expect(
    lines.map(({ id, deletedAt, members }: Body) => [id, deletedAt !== undefined, members?.length]),
  ).toEqual([
    [ada.id, false, undefined],
    [gone.id, true, undefined],
    [cooks.id, false, undefined],
    [expect.any(String), false, undefined],
    [cooks.id, false, 1],
    [expect.any(String), false, 2],
  ]);
  expect(JSON.stringify(lines)).not.toContain(source.baseUrl);

  const target = await Client.connect('generic');
  const inReverse = [...lines].reverse();
  expect(await importLines(target, inReverse)).toMatchObject({ conflicts: [], ignored: [] });
  const withoutVersion = (list: readonly Body[]): unknown =>
    list.map(({ meta: { version: _, ...meta }, ...rest }: Body) => ({ ...rest, meta }));
  expect(withoutVersion(await exported(target))).toEqual(withoutVersion(lines));
  expect(await importLines(target, lines)).toMatchObject({ created: 0, updated: 0, conflicts: [] });
  // The deleted user comes back under its id.
  expect((await target.user('gone@acme.example', { externalId: 'e-9' })).id).toBe(gone.id);
});

test('a large group is exported in parts', async () => {
  const client = await Client.connect('generic');
  const ids = Array.from({ length: 1100 }, (_, index) => `u${index}`);
  const users = ids.map((id) => user(id, id));
  await importAll(client, users);
  await importAll(client, [group('g', 'All', ids)]);
  const lines = (await exported(client)).filter(({ members }: Body) => members !== undefined);
  expect(lines.map(({ members }: Body) => members.length)).toEqual([1000, 100]);
  expect(
    lines.flatMap(({ members }: Body) => members.map(({ value }: Body) => value)).sort(),
  ).toEqual(ids.sort());
}, 240_000);
