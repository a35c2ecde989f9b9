import { convertUserNames } from '../../directory/conversion/worker';
import { Conversions } from '../../directory/conversion/conversions';
import type { Conversion } from '../../directory/conversion/conversion-item';
import { resourceFromItem } from '../../directory/resources/resource-item';
import { newConversionTask } from '../../directory/store/intents';
import { resourceKey } from '../../directory/store/keys';
import type { Table } from '../../directory/store/table';
import { Users } from '../../directory/users';
import { USER } from '../../scim/schema/resource-type';
import { createOwnTable, meteredTenant } from './support';

let table: Table;
let connection: string;
let close: () => void;
let id: string;

beforeAll(async () => {
  const { tenant, close: end } = meteredTenant(await createOwnTable());
  ({ table, connection } = tenant);
  close = end;
  const emails = [{ value: 'ada@acme.example', type: 'work' }];
  ({ id } = await new Users(tenant, USER, 'retain').create({ userName: 'ada', emails }));
});

afterAll(() => {
  close();
});

/** Starts a conversion in the table of this file, on which no function works. */
async function start(): Promise<{ conversions: Conversions; conversion: Conversion }> {
  const conversions = new Conversions(table, connection);
  const conversion = await conversions.start(
    'emails.work',
    { isDryRun: false, startedBy: 'test' },
    [],
  );
  if (conversion === undefined) throw new Error('Another conversion is open.');
  return { conversions, conversion };
}

/** Runs a worker that does something between reading the users and converting them. */
async function runLate(conversion: Conversion, meanwhile: () => Promise<void>): Promise<string> {
  let isFirst = true;
  const late = new Proxy(table, {
    get(target, name, receiver) {
      if (name !== 'query' || !isFirst) return Reflect.get(target, name, receiver) as unknown;
      isFirst = false;
      return async (...args: Parameters<Table['query']>) => {
        const page = await target.query(...args);
        await meanwhile();
        return page;
      };
    },
  });
  return convertUserNames(late, newConversionTask(connection, conversion.id), undefined);
}

async function user(): Promise<ReturnType<typeof resourceFromItem>> {
  const item = await table.get(resourceKey(connection, 'User', id));
  if (item === undefined) throw new Error('The user is gone.');
  return resourceFromItem(item);
}

test('a worker that is late converts nobody whom an undo has passed', async () => {
  const { conversions, conversion } = await start();
  const outcome = await runLate(conversion, async () => {
    await conversions.proceed(conversion, 'undoing', []);
    const task = newConversionTask(connection, conversion.id);
    expect(await convertUserNames(table, task, undefined)).toBe('done');
  });
  expect(outcome).toBe('done');
  expect(await conversions.find(conversion.id)).toMatchObject({ state: 'undone', converted: 0 });
  const { attributes, formerName } = await user();
  expect([attributes['userName'], formerName]).toEqual(['ada', undefined]);
});

test('of two workers on the same page, one goes on and both count a user once', async () => {
  const { conversions, conversion } = await start();
  const outcome = await runLate(conversion, async () => {
    const task = newConversionTask(connection, conversion.id);
    expect(await convertUserNames(table, task, undefined)).toBe('done');
  });
  expect(outcome).toBe('done');
  expect(await conversions.find(conversion.id)).toMatchObject({
    state: 'converted',
    users: 1,
    converted: 1,
  });
  expect(await user()).toMatchObject({
    attributes: { userName: 'ada@acme.example' },
    formerName: { from: 'ada', to: 'ada@acme.example' },
  });
});
