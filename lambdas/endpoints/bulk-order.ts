import { referencesIn } from '../../scim/bulk/references';
import type { BulkOperation } from '../../scim/bulk/request';
import { foldCase } from '../../scim/filter/compare';
import { asText, isObject, ownIgnoringCase } from '../../scim/json';

/** An operation of a bulk request among others that it may have to wait for. */
export interface Ordered {
  readonly operation: BulkOperation;
  /** Those that wait for this one. */
  readonly dependents: Set<Ordered>;
  /** How many this one waits for. */
  waitsFor: number;
}

/** Tasks that use names in the same way, between others that use them in the other. */
interface Phase {
  readonly use: 'takes' | 'changes';
  readonly tasks: Ordered[];
  /** The tasks of the phase before. */
  readonly before: readonly Ordered[];
}

/**
 * Says which operations wait for which: those that refer to what another one creates, later ones on the same resource, and what takes a name for what
 * may have given it up, and the other way round.
 */
export function orderTasks(tasks: readonly Ordered[], byBulkId: ReadonlyMap<string, Ordered>): void {
  const last = new Map<string, Ordered>();
  const phases = new Map<string, Phase>();
  for (const task of tasks) {
    const { path, data } = task.operation;
    for (const bulkId of [...referencesIn(path), ...referencesIn(data)]) waitFor(task, byBulkId.get(bulkId));
    const subject = subjectOf(task.operation);
    waitFor(task, last.get(subject));
    last.set(subject, task);
    const use = nameUse(task.operation);
    if (use === 'none') continue;
    const collection = path.split('/')[1] ?? '';
    const phase = phases.get(collection) ?? { use, tasks: [], before: [] };
    const current = phase.use === use ? phase : { use, tasks: [], before: phase.tasks };
    for (const before of current.before) waitFor(task, before);
    current.tasks.push(task);
    phases.set(collection, current);
  }
}

/** Says that an operation is done. */
export function release(task: Ordered): void {
  for (const dependent of task.dependents) dependent.waitsFor -= 1;
}

function waitFor(task: Ordered, before: Ordered | undefined): void {
  if (before === undefined || before === task || before.dependents.has(task)) return;
  before.dependents.add(task);
  task.waitsFor += 1;
}

/** The first task that need not wait; when all wait for each other and nothing runs, the first that can be cut in two. */
export function nextOf<T extends Ordered>(waiting: ReadonlySet<T>, running: number): T | undefined {
  for (const task of waiting) if (task.waitsFor <= 0) return task;
  if (running > 0) return undefined;
  return [...waiting].find(({ operation }) => operation.method === 'POST') ?? [...waiting][0];
}

/** Whether an operation takes a name for a new resource, or may give one up or take another for one that exists. */
function nameUse({ method, data }: BulkOperation): 'takes' | 'changes' | 'none' {
  if (method === 'POST') return 'takes';
  if (method === 'DELETE' || method === 'PUT') return 'changes';
  return /username|displayname|externalid/i.test(JSON.stringify(data ?? null)) ? 'changes' : 'none';
}

/** What an operation changes; two on the same subject keep their order. */
function subjectOf({ method, path, data }: BulkOperation): string {
  if (method !== 'POST' || !isObject(data)) return path.replace(/\/$/, '');
  const name = ownIgnoringCase(data, 'userName') ?? ownIgnoringCase(data, 'displayName');
  return `${path}?${foldCase(asText(name))}`;
}
