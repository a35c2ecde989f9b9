import fc from 'fast-check';
import { resourcePartition, valuePartition } from '../../directory/store/keys';
import { Users } from '../../directory/users';
import { bindFilter } from '../../scim/filter/bind';
import { parseFilter } from '../../scim/filter/parse';
import { USER } from '../../scim/schema/resource-type';
import { meteredTenant } from './support';

const { tenant, close } = meteredTenant();
const users = new Users(tenant, USER, 'retain');

afterAll(close);

async function found(filter: string): Promise<string[]> {
  return (await users.collection.matching(bindFilter(parseFilter(filter), USER))).map(
    ({ attributes }) => String(attributes['userName']),
  );
}

describe('indexed values', () => {
  test('follow changes: released names can be taken, removed addresses find nothing', async () => {
    const user = await users.create({
      userName: 'first',
      emails: [{ value: 'one@x' }, { value: 'two@x' }],
    });
    await users.change(user.id, () => ({
      userName: 'second',
      emails: [{ value: 'two@x' }, { value: 'three@x' }],
    }));
    expect(await found('emails.value eq "one@x"')).toEqual([]);
    expect(await found('emails.value eq "two@x"')).toEqual(['second']);
    expect(await found('emails.value eq "THREE@x"')).toEqual(['second']);
    await users.create({ userName: 'FIRST' });
    await expect(users.change(user.id, () => ({ userName: 'first' }))).rejects.toThrow(
      expect.objectContaining({ status: 409 }),
    );
    // Changing only the case of a name does not conflict with the user's own value.
    expect((await users.change(user.id, () => ({ userName: 'SECOND' }))).attributes).toEqual({
      userName: 'SECOND',
    });
  });

  test('are limited to the number that a transaction can write', async () => {
    const emails = Array.from({ length: 41 }, (_, index) => ({ value: `${index}@x` }));
    await expect(users.create({ userName: 'many', emails })).rejects.toThrow('40 different values');
  });

  test('distinguish long names and names that look like keys', async () => {
    const long = 'x'.repeat(600);
    for (const userName of [long, `${long}y`, 'a#unique', 'a%23unique', '#sha256:abc'])
      await users.create({ userName });
    for (const userName of [long, `${long}y`, 'a#unique', 'a%23unique', '#sha256:abc']) {
      expect(await found(`userName eq ${JSON.stringify(userName)}`)).toEqual([userName]);
    }
  });
});

describe('keys', () => {
  test('of values are unambiguous and never match another partition', () => {
    const text = fc.oneof(
      fc.string(),
      fc.constantFrom('a#b', '#sha256:x', 'c#x#User', 'x'.repeat(600)),
    );
    fc.assert(
      fc.property(text, text, (left, right) => {
        const [one, two] = [left, right].map((value) =>
          valuePartition('c', 'User', 'userName', value),
        );
        expect(one === two).toBe(left === right);
        expect(one).not.toBe(resourcePartition('c', 'User'));
        expect(one?.split('#').slice(0, 4)).toEqual(['c', 'c', 'User', 'userName']);
        expect(Buffer.byteLength(one ?? '')).toBeLessThan(2048);
      }),
      { numRuns: 2000 },
    );
  });
});
