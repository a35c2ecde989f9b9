import { referencesIn, splitByReferences, withIds } from '../../../scim/bulk/references';
import { failedReference, operationValue } from '../../../scim/errors/patch-errors';
import { quoted } from '../../../scim/errors/scim-error';
import { asText, isObject, type Json, type JsonObject } from '../../../scim/json';
import type { BulkTask } from './order';

/** An operation's data with references replaced by ids. */
export interface ResolvedData {
  readonly now: Json | undefined;
  /** Attributes to set after all resources that they refer to were created. */
  readonly later: JsonObject;
}

/** The references between the operations of one bulk request (RFC 7644 section 3.7.2). */
export class BulkReferences {
  private readonly byBulkId: ReadonlyMap<string, BulkTask>;
  /** Ids of created resources by bulkId. */
  private readonly ids = new Map<string, string>();

  constructor(tasks: readonly BulkTask[]) {
    this.byBulkId = new Map(
      tasks.flatMap((task) => {
        const { bulkId } = task.operation;
        return bulkId === undefined ? [] : [[bulkId, task] as const];
      }),
    );
  }

  /** Returns the operation that creates the resource of a bulkId. */
  creatorOf(bulkId: string): BulkTask | undefined {
    return this.byBulkId.get(bulkId);
  }

  /** Remembers the id of a resource that was created. */
  created(bulkId: string, id: string): void {
    this.ids.set(bulkId, id);
  }

  /**
   * Returns a value with references replaced by ids.
   * @throws ScimError 409 if a resource could not be created, 400 `invalidValue` for an unknown
   *   bulkId
   */
  resolve(value: Json): Json {
    const resolved = withIds(value, this.ids);
    for (const bulkId of referencesIn(resolved)) {
      if (this.byBulkId.has(bulkId)) throw failedReference(bulkId);
      throw operationValue(`No operation has the bulkId ${quoted(bulkId)}.`);
    }
    return resolved;
  }

  /** @throws ScimError as `resolve` */
  resolvePath(path: string): string {
    return asText(this.resolve(path));
  }

  /**
   * Resolves an operation's data. A POST in a cycle of references is split: it is created without
   * the attributes that refer to resources which do not exist yet.
   * @param isRepeated whether an earlier worker may have created the resource without them: then
   *   all attributes that refer to others are set later
   * @throws ScimError as `resolve`
   */
  resolveData({ operation }: BulkTask, isRepeated: boolean): ResolvedData {
    const { data, method } = operation;
    if (data === undefined) return { now: undefined, later: {} };
    if (isRepeated && method === 'POST' && isObject(data)) {
      const { now, later } = splitByReferences(data, () => true);
      return { now: this.resolve(now), later };
    }
    const resolved = withIds(data, this.ids);
    if (method !== 'POST' || !isObject(resolved)) return { now: this.resolve(resolved), later: {} };
    const isAwaited = (bulkId: string): boolean => {
      const creator = this.byBulkId.get(bulkId);
      return creator !== undefined && (bulkId === operation.bulkId || !creator.isDone);
    };
    const { now, later } = splitByReferences(resolved, isAwaited);
    return { now: this.resolve(now), later };
  }

  /** Returns a path with ids, or undefined if a reference in it has no id. */
  pathWithIds(path: string): string | undefined {
    const resolved = asText(withIds(path, this.ids));
    return referencesIn(resolved).size > 0 ? undefined : resolved;
  }
}
