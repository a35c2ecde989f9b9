import { setTimeout as sleep } from 'node:timers/promises';
import { versionMismatch } from '../../scim/errors/resource-errors';
import { ScimError } from '../../scim/errors/scim-error';
import { asText, isArray, isObject, type JsonObject } from '../../scim/json';
import type { Attributes } from '../../scim/resource/parse';
import { USER } from '../../scim/schema/resource-type';
import { isSameName } from '../resources/former-name';
import { resourceFromItem, type StoredItem } from '../resources/resource-item';
import { Resources, type ResourceChange } from '../resources/resources';
import type { GuardedWrite } from '../resources/guarded-write';
import type { Tenant } from '../resources/tenant';
import { idLedTo, keyFormsOf } from '../resources/unique-and-indexed-values';
import { inParallel } from '../store/batches';
import type { ConversionTask } from '../store/intents';
import { resourceKey, resourcePartition, valuePartition } from '../store/keys';
import { HAND_OVER_MS } from '../store/retries';
import { sortKeyOf } from '../store/resource-ids';
import type { Table } from '../store/table';
import { newVersion } from '../store/version';
import {
  conflictToItem,
  conversionFromItem,
  conversionKey,
  conversionToItem,
  openConversionKey,
  WORKING,
  type ConflictReason,
  type Conversion,
  type ConversionTarget,
  type WorkingState,
} from './conversion-item';

/** Users that are read, and then converted, at a time. */
const PAGE = 40;

/** Users that are converted in parallel. */
const WIDTH = 4;

/** A page takes this long at least, so that identity providers are not slowed down. */
const PAGE_MS = 250;

/** Users with the same address that a dry run compares. */
const SAME_ADDRESS = 10;

/** The effect on one user. */
type Effect = 'converted' | 'left' | ConflictReason;

/**
 * Works on a conversion, page by page. A run that ends early is continued where it stopped.
 * @param actsAs the account that the connection acts for
 * @returns `later` if there was not enough time, `elsewhere` if another worker is on it
 */
export async function convertUserNames(
  table: Table,
  { connection, conversion: id }: ConversionTask,
  actsAs: string | undefined,
): Promise<'done' | 'later' | 'elsewhere'> {
  const key = conversionKey(connection, id);
  let last: { readonly state: WorkingState; readonly version: string } | undefined;
  for (;;) {
    const item = await table.get(key);
    // Its connection was deleted.
    if (item === undefined) return 'done';
    const conversion = conversionFromItem(connection, item);
    const { state } = conversion;
    if (!isWorking(state)) return 'done';
    // A page that could not be saved, without a change by an operator: another worker was faster.
    if (last?.state === state && last.version !== conversion.version) return 'elsewhere';
    if (table.retries.timeLeft < HAND_OVER_MS) return 'later';
    const request = { token: '', requestId: id, begun: Date.now(), actsAs };
    const tenant = {
      table,
      connection,
      baseUrl: '',
      request: { ...request, reason: 'admin' },
    } as const;
    const { version } = await new Page(tenant, conversion, state).run();
    last = { state, version };
  }
}

function isWorking(state: Conversion['state']): state is WorkingState {
  return Object.hasOwn(WORKING, state);
}

/** A page of users on the way of a conversion. */
class Page {
  private readonly users: Resources;

  constructor(
    private readonly tenant: Tenant,
    private readonly conversion: Conversion,
    private readonly state: WorkingState,
  ) {
    this.users = new Resources(tenant, USER, USER.indexed);
  }

  /** @returns the conversion as this page leaves it, whether or not it could be written */
  async run(): Promise<Conversion> {
    const { table, connection } = this.tenant;
    const { conversion } = this;
    const began = Date.now();
    const pk = resourcePartition(connection, 'User');
    const { items, next } = await table.query(pk, {
      after: conversion.after === undefined ? undefined : { pk, sk: sortKeyOf(conversion.after) },
      limit: PAGE,
    });
    const users = items.map(resourceFromItem);
    const effects = await inParallel(users, WIDTH, (user) => this.effectOn(user));
    const conflicts = users.flatMap(({ id: userId }, index) => {
      const effect = effects[index];
      if (effect === undefined || effect === 'converted' || effect === 'left') return [];
      return [conflictToItem(conversion, this.state, { userId, reason: effect })];
    });
    await table.writeEach(conflicts.map((put) => ({ put })));
    const converted = effects.filter((effect) => effect === 'converted').length;
    // Users that cannot have their former names again still have another one.
    const renamed = this.state === 'undoing' ? conflicts.length : converted;
    const after: Conversion = {
      ...conversion,
      state: next === undefined ? WORKING[this.state] : this.state,
      users: conversion.users + users.length,
      converted: conversion.converted + renamed,
      conflicts: conversion.conflicts + conflicts.length,
      after: users.at(-1)?.id ?? conversion.after,
      version: newVersion(),
    };
    const isOver = after.state === 'undone' || after.state === 'closed';
    await table.write([
      {
        put: conversionToItem(after),
        condition: { is: 'version', version: conversion.version },
      },
      ...(isOver ? [{ delete: openConversionKey(connection) }] : []),
    ]);
    if (next !== undefined) await sleep(Math.max(0, PAGE_MS - (Date.now() - began)));
    return after;
  }

  private async effectOn(user: StoredItem): Promise<Effect> {
    try {
      switch (this.state) {
        case 'checking':
          return await this.check(user);
        case 'converting':
          return await this.convert(user);
        case 'undoing':
          return await this.undo(user);
        case 'closing':
          return await this.endFormerName(user, 'left');
      }
    } catch (error) {
      if (!(error instanceof ScimError) || error.code === 'busy') throw error;
      // The user was deleted, or the conversion is undone: this page will not be saved.
      if (error.code === 'notThere' || error.code === 'changedMeanwhile') return 'left';
      return error.code === 'duplicateUser' ? 'addressTaken' : 'refused';
    }
  }

  /** Returns what a conversion would do, without doing it. */
  private async check(user: StoredItem): Promise<Effect> {
    const address = addressOf(user.attributes, this.conversion.to);
    if (address === undefined) return 'noAddress';
    if (isSameName(address, asText(user.attributes['userName']))) return 'left';
    const named = await this.idsWith('userName', address);
    const others = (await this.idsWith('emails.value', address)).filter((id) => id !== user.id);
    const { table, connection } = this.tenant;
    const items = await table.getMany(others.map((id) => resourceKey(connection, 'User', id)));
    const isShared = items
      .map(resourceFromItem)
      .map(({ attributes }) => addressOf(attributes, this.conversion.to) ?? '')
      .some((other) => isSameName(other, address));
    return isShared || named.some((id) => id !== user.id) ? 'addressTaken' : 'converted';
  }

  private async idsWith(name: string, value: string): Promise<readonly string[]> {
    const attribute = USER.indexed.find((each) => each.name === name);
    if (attribute === undefined) return [];
    const { current } = keyFormsOf(attribute, value);
    const partition = valuePartition(this.tenant.connection, 'User', name, current);
    const { items } = await this.tenant.table.query(partition, { limit: SAME_ADDRESS });
    return items.map(idLedTo);
  }

  private async convert(user: StoredItem): Promise<Effect> {
    const { id: conversion, connection, to: target } = this.conversion;
    if (user.formerName?.conversion === conversion) return 'converted';
    const expected = await this.check(user);
    if (expected !== 'converted') return expected;
    // A worker that is late must not convert a user whom an undo has passed already.
    const isConverting: GuardedWrite = {
      write: {
        check: conversionKey(connection, conversion),
        condition: { is: 'same', attribute: 'state', value: 'converting' },
      },
      conflict: () => versionMismatch(this.conversion.version),
    };
    let effect: Effect = 'left';
    await this.users.change(user.id, (current): ResourceChange => {
      const { attributes, formerName } = current;
      effect = 'converted';
      if (formerName?.conversion === conversion) return { attributes };
      const [from, to] = [asText(attributes['userName']), addressOf(attributes, target)];
      effect = to === undefined ? 'noAddress' : 'left';
      if (to === undefined || isSameName(from, to)) return { attributes };
      effect = 'converted';
      return {
        attributes: { ...attributes, userName: to },
        formerName: { conversion, from, to },
        alongside: [isConverting],
      };
    });
    return effect;
  }

  /** Gives a user the former name again, unless the identity provider has renamed the user. */
  private async undo(user: StoredItem): Promise<Effect> {
    const found: { effect: Effect } = { effect: 'left' };
    await this.users.change(user.id, ({ attributes, formerName }): ResourceChange => {
      found.effect = 'left';
      if (formerName?.conversion !== this.conversion.id) return { attributes };
      const isRenamed = !isSameName(asText(attributes['userName']), formerName.to);
      found.effect = isRenamed ? 'changedSince' : 'converted';
      if (isRenamed) return { attributes };
      const userName = formerName.from;
      return { attributes: { ...attributes, userName }, formerName: null, isOfVersion: true };
    });
    const { effect } = found;
    return effect === 'changedSince' ? this.endFormerName(user, effect) : effect;
  }

  /** Ends the time in which a user is found by the former name. That is no change of the user. */
  private async endFormerName(user: StoredItem, effect: Effect): Promise<Effect> {
    if (user.formerName?.conversion !== this.conversion.id) return effect;
    const { request: _, ...tenant } = this.tenant;
    const users = new Resources(tenant, USER, USER.indexed);
    await users.change(user.id, ({ attributes, formerName, lastModified }): ResourceChange => {
      if (formerName?.conversion !== this.conversion.id) return { attributes };
      return { attributes, formerName: null, isOfVersion: true, lastModified };
    });
    return effect;
  }
}

/** Returns the address that becomes a user's name; undefined if there is none. */
export function addressOf(attributes: Attributes, target: ConversionTarget): string | undefined {
  const { emails } = attributes;
  const addresses = (isArray(emails) ? emails : []).filter(isObject);
  const ofType = addresses.filter(
    target === 'emails.work'
      ? ({ type }) => asText(type).toLowerCase() === 'work'
      : ({ primary }) => primary === true,
  );
  const found: JsonObject | undefined = ofType.find(({ primary }) => primary === true) ?? ofType[0];
  const value = asText(found?.['value']).trim();
  return value === '' ? undefined : value;
}
