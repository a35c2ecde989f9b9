import { referencesIn } from '../../../scim/bulk/references';
import type { BulkOperation } from '../../../scim/bulk/request';
import { foldCase } from '../../../scim/filter/compare';
import { asText, isArray, isObject, ownIgnoringCase, type Json } from '../../../scim/json';

/** An operation of a bulk request, and its dependencies. */
export interface BulkTask {
  readonly operation: BulkOperation;
  /** The tasks that depend on this one. */
  readonly dependents: Set<BulkTask>;
  /** How many unfinished tasks this one depends on. */
  dependencies: number;
  isDone: boolean;
}

/** Tasks that use names in the same way, and may run in parallel. */
interface Phase {
  readonly use: 'takes' | 'changes';
  readonly tasks: BulkTask[];
  /** The tasks of the previous phase. */
  readonly previous: readonly BulkTask[];
}

/**
 * Adds the dependencies between tasks: on tasks that create a referenced resource, on earlier tasks
 * for the same resource, between tasks that take a name and tasks that may release it, and between
 * tasks that delete a resource and tasks that name its id.
 * @param uniqueOf returns the names of the unique attributes of the resources at a path
 */
export function addDependencies(
  tasks: readonly BulkTask[],
  creatorOf: (bulkId: string) => BulkTask | undefined,
  uniqueOf: (path: string) => readonly string[],
): void {
  const last = new Map<string, BulkTask>();
  const phases = new Map<string, Phase>();
  const deletions = deletionsIn(tasks);
  const naming = new Map<string, BulkTask[]>();
  for (const task of tasks) {
    const { path, data } = task.operation;
    for (const bulkId of [...referencesIn(path), ...referencesIn(data)]) {
      dependOn(task, creatorOf(bulkId));
    }
    for (const id of namedIds(data, deletions)) {
      const deletion = deletions.get(id);
      if (deletion?.isSeen === true) dependOn(task, deletion.task);
      else naming.set(id, [...(naming.get(id) ?? []), task]);
    }
    const deleted = deletions.get(idOf(path));
    if (deleted?.task === task) {
      deleted.isSeen = true;
      for (const earlier of naming.get(idOf(path)) ?? []) dependOn(task, earlier);
    }
    for (const subject of subjectsOf(task.operation, uniqueOf(path))) {
      dependOn(task, last.get(subject));
      last.set(subject, task);
    }
    const use = nameUse(task.operation);
    if (use === 'none') continue;
    const collection = path.split('/')[1] ?? '';
    const phase = phases.get(collection) ?? { use, tasks: [], previous: [] };
    const current = phase.use === use ? phase : { use, tasks: [], previous: phase.tasks };
    for (const previous of current.previous) dependOn(task, previous);
    current.tasks.push(task);
    phases.set(collection, current);
  }
}

/** A task that deletes a resource, and whether the order has reached it. */
interface Deletion {
  readonly task: BulkTask;
  isSeen: boolean;
}

/** Returns the tasks that delete a resource, by its id. */
function deletionsIn(tasks: readonly BulkTask[]): ReadonlyMap<string, Deletion> {
  const deletions = tasks.filter(({ operation }) => operation.method === 'DELETE');
  return new Map(
    deletions.map((task) => [idOf(task.operation.path), { task, isSeen: false }] as const),
  );
}

function idOf(path: string): string {
  return path.split('/')[2] ?? '';
}

/** Returns the ids of deleted resources that occur in the data of an operation. */
function namedIds(
  data: Json | undefined,
  deletions: ReadonlyMap<string, Deletion>,
): ReadonlySet<string> {
  const found = new Set<string>();
  const search = (value: Json | undefined): void => {
    if (typeof value === 'string') {
      for (const word of value.match(ID) ?? []) if (deletions.has(word)) found.add(word);
    } else if (isArray(value)) value.forEach(search);
    else if (isObject(value)) Object.values(value).forEach(search);
  };
  if (deletions.size > 0) search(data);
  return found;
}

/** An id, also within the filter of a path. */
const ID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** Marks a task as done, so that its dependents can start. */
export function finish(task: BulkTask): void {
  task.isDone = true;
  for (const dependent of task.dependents) dependent.dependencies -= 1;
}

function dependOn(task: BulkTask, other: BulkTask | undefined): void {
  if (other === undefined || other === task || other.dependents.has(task)) return;
  other.dependents.add(task);
  task.dependencies += 1;
}

/**
 * Returns the next task to start; undefined if all of them have to wait. If nothing is running, the
 * tasks form a cycle: then it returns one that can be split, which only a POST can.
 */
export function nextTask<T extends BulkTask>(
  waiting: ReadonlySet<T>,
  running: number,
): T | undefined {
  for (const task of waiting) if (task.dependencies <= 0) return task;
  if (running > 0) return undefined;
  return [...waiting].find(({ operation }) => operation.method === 'POST') ?? [...waiting][0];
}

/** Whether an operation takes a name for a new resource, or may release or change one. */
function nameUse({ method, path, data }: BulkOperation): 'takes' | 'changes' | 'none' {
  if (method === 'POST') return 'takes';
  if (method === 'DELETE' || method === 'PUT') return 'changes';
  // Any attribute of a custom type may be unique.
  if (!/^\/(?:Users|Groups)\b/.test(path)) return 'changes';
  const text = JSON.stringify(data ?? null);
  return /username|displayname|externalid/i.test(text) ? 'changes' : 'none';
}

/** Identifies what an operation changes; operations on the same resource or value stay in order. */
function subjectsOf(
  { method, path, data }: BulkOperation,
  unique: readonly string[],
): readonly string[] {
  if (method !== 'POST' || !isObject(data)) return [path.replace(/\/$/, '')];
  return unique.flatMap((name) => {
    const value = ownIgnoringCase(data, name);
    return value === undefined ? [] : [`${path}?${name}=${foldCase(asText(value))}`];
  });
}
