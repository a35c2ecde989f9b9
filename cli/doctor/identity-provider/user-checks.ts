import type { Examination } from './examination';
import { checkList } from './connection-checks';
import type { Person } from './forms';
import type { Json, Reply } from './target';

/* The life of a user: created, found, changed, deactivated, reactivated and deleted. */

/** A user that was created. */
export interface CreatedUser {
  readonly id: string;
  readonly path: string;
  readonly person: Person;
}

/** Creates a user. @returns undefined if that fails */
export async function createUser(exam: Examination): Promise<CreatedUser | undefined> {
  const person = exam.person();
  const search = await exam.send(exam.forms.findUser(person.userName));
  if (search.status === 200) checkList(exam, search, true);
  else exam.report('notAnEmptyList', search, 'An empty list was expected.');
  const body = exam.forms.newUser(person);
  const reply = await exam.send({ method: 'POST', path: '/Users', body });
  const id = reply.body?.['id'];
  if (reply.status >= 300) {
    exam.report('createFailed', reply, '201 was expected.');
    return undefined;
  }
  if (typeof id !== 'string' || id === '') {
    exam.report('createAnswer', reply, 'The id is missing.');
    return undefined;
  }
  const path = `/Users/${encodeURIComponent(id)}`;
  exam.remember(path);
  if (reply.status !== 201) exam.report('createAnswer', reply, '201 was expected.');
  const missing = ['schemas', 'userName', 'meta'].filter(
    (name) => reply.body?.[name] === undefined,
  );
  if (missing.length > 0) {
    exam.report('createAnswer', reply, `${missing.join(', ')} was expected, too.`);
  }
  return { id, path, person };
}

/** Checks the whole life of a user, until it is deleted. */
export async function checkUser(exam: Examination, user: CreatedUser): Promise<void> {
  await checkStored(exam, user);
  await checkFound(exam, user);
  await checkDuplicate(exam, user);
  const changed = await checkChange(exam, user);
  await checkActive(exam, { ...user, person: changed });
  await checkDeletion(exam, user.path);
}

async function checkStored(exam: Examination, { path, person }: CreatedUser): Promise<void> {
  const reply = await exam.send({ method: 'GET', path });
  const stored = reply.body ?? {};
  const expected: Readonly<Record<string, unknown>> = {
    userName: person.userName,
    externalId: person.externalId,
    'name.familyName': person.familyName,
    title: person.title,
    'emails.value': person.userName,
  };
  checkBoolean(exam, reply);
  for (const [name, value] of Object.entries(expected)) {
    if (valueOf(stored, name) === value) continue;
    exam.report('valueLost', reply, `${name} must be "${String(value)}".`);
  }
}

async function checkFound(exam: Examination, { id, person }: CreatedUser): Promise<void> {
  const reply = await exam.send(exam.forms.findUser(person.userName));
  if (!idsIn(reply).includes(id)) {
    exam.report('notFoundByFilter', reply, `The user ${id} was expected.`);
    return;
  }
  const other = await exam.send(exam.forms.findUser(person.userName.toUpperCase()));
  if (!idsIn(other).includes(id)) {
    exam.report('caseOfUserName', other, `The user ${id} was expected.`);
  }
}

async function checkDuplicate(exam: Examination, { id, person }: CreatedUser): Promise<void> {
  const body = exam.forms.newUser(person);
  const reply = await exam.send({ method: 'POST', path: '/Users', body });
  const other = reply.body?.['id'];
  if (reply.status < 300 && typeof other === 'string' && other !== id) {
    exam.remember(`/Users/${encodeURIComponent(other)}`);
  }
  if (reply.status !== 409) exam.report('duplicateAccepted', reply, '409 was expected.');
}

/** Changes a user. @returns the person as it should be now */
async function checkChange(exam: Examination, { path, person }: CreatedUser): Promise<Person> {
  const next = { ...person, familyName: 'Changed', title: 'Changed by a test' };
  const before = await exam.send({ method: 'GET', path });
  const reply = await exam.send(exam.forms.changeUser(before.body ?? {}, next));
  if (reply.status >= 300) {
    exam.report('updateFailed', reply, '200 or 204 was expected.');
    return person;
  }
  checkAnswer(exam, reply);
  const after = await exam.send({ method: 'GET', path });
  for (const [name, value] of [
    ['name.familyName', next.familyName],
    ['title', next.title],
    ['name.givenName', next.givenName],
    ['emails.value', next.userName],
  ] as const) {
    if (valueOf(after.body ?? {}, name) === value) continue;
    exam.report('updateLost', after, `After ${reply.request}, ${name} must be "${value}".`);
  }
  return next;
}

async function checkActive(exam: Examination, user: CreatedUser): Promise<void> {
  for (const active of [false, true]) {
    const name = active ? 'reactivationFailed' : 'deactivationFailed';
    const before = await exam.send({ method: 'GET', path: user.path });
    const form = exam.forms.setActive(before.body ?? {}, user.person, active);
    const reply = await exam.send(form);
    if (reply.status >= 300) {
      exam.report(name, reply, '200 or 204 was expected.');
      continue;
    }
    checkAnswer(exam, reply);
    const after = await exam.send({ method: 'GET', path: user.path });
    if (after.status !== 200) {
      exam.report(active ? name : 'inactiveHidden', after, 'The user was expected.');
      continue;
    }
    checkBoolean(exam, after);
    const state = after.body?.['active'];
    if (String(state).toLowerCase() !== String(active)) {
      exam.report(name, after, `active must be ${String(active)}.`);
    }
    const search = await exam.send(exam.forms.findUser(user.person.userName));
    if (!active && !idsIn(search).includes(user.id)) {
      exam.report('inactiveHidden', search, `The user ${user.id} was expected.`);
    }
  }
}

/** Checks that a resource can be deleted and is gone then. */
export async function checkDeletion(exam: Examination, path: string): Promise<void> {
  const reply = await exam.send({ method: 'DELETE', path });
  if (reply.status !== 204 && reply.status !== 200) {
    exam.report('deleteFailed', reply, '204 was expected.');
    return;
  }
  const after = await exam.send({ method: 'GET', path });
  if (after.status === 404) exam.forget(path);
  else exam.report('deleteFailed', after, '404 was expected after the deletion.');
}

/** Checks the answer to a change, as far as the identity provider reads it. */
function checkAnswer(exam: Examination, reply: Reply): void {
  if (!exam.forms.readsAnswers || reply.status === 204) return;
  if (reply.body?.['userName'] !== undefined) return;
  exam.report('updateAnswer', reply, 'The whole user was expected, or 204.');
}

function checkBoolean(exam: Examination, reply: Reply): void {
  if (typeof reply.body?.['active'] === 'string') {
    exam.report('activeNotBoolean', reply, 'true or false was expected.');
  }
}

/** Returns a value by its path, the first one of a list. */
function valueOf(resource: Json, path: string): unknown {
  return path.split('.').reduce<unknown>((value, name) => {
    const object: unknown = Array.isArray(value) ? value[0] : value;
    return typeof object === 'object' && object !== null
      ? Object.entries(object).find(([each]) => each === name)?.[1]
      : undefined;
  }, resource);
}

/** Returns the ids of the resources in a list. */
export function idsIn({ status, body }: Reply): readonly string[] {
  const { Resources: resources } = body ?? {};
  if (status !== 200 || !Array.isArray(resources)) return [];
  return resources.map(({ id }: Json) => String(id));
}
