import type { Examination } from './examination';
import { checkDeletion, createUser, idsIn, type CreatedUser } from './user-checks';
import type { Json, Reply } from './target';

/* The life of a group: created, found, members added and removed, deleted. */

/** Checks groups. @returns whether the server has groups */
export async function checkGroups(exam: Examination): Promise<boolean> {
  const displayName = `${exam.mark}-group`;
  const body = exam.forms.newGroup(displayName);
  const reply = await exam.send({ method: 'POST', path: '/Groups', body });
  const id = reply.body?.['id'];
  if (reply.status >= 300 || typeof id !== 'string') {
    exam.report('groupsRefused', reply, '201 with an id was expected.');
    return false;
  }
  const path = `/Groups/${encodeURIComponent(id)}`;
  exam.remember(path);
  const filter = encodeURIComponent(`displayName eq "${displayName}"`);
  const found = await exam.send({ method: 'GET', path: `/Groups?filter=${filter}` });
  if (!idsIn(found).includes(id)) {
    exam.report('groupsRefused', found, `The group ${id} was expected.`);
  }
  const [ann, bob] = [await createUser(exam), await createUser(exam)];
  if (ann !== undefined && bob !== undefined) {
    await checkMembers(exam, { id, path, displayName }, [ann, bob]);
  }
  await checkDeletion(exam, path);
  for (const user of [ann, bob]) if (user !== undefined) await checkDeletion(exam, user.path);
  return true;
}

/** A group that was created. */
interface CreatedGroup {
  readonly id: string;
  readonly path: string;
  readonly displayName: string;
}

async function checkMembers(
  exam: Examination,
  { id, path, displayName }: CreatedGroup,
  [ann, bob]: readonly [CreatedUser, CreatedUser],
): Promise<void> {
  // Identity providers repeat the addition of a member.
  for (const user of [ann, bob, bob]) {
    const reply = await exam.send(exam.forms.addMember(id, user.id));
    if (reply.status < 300) continue;
    exam.report('memberNotAdded', reply, '200 or 204 was expected.');
    return;
  }
  const added = await exam.send({ method: 'GET', path });
  if (!isSame(membersIn(added), [ann.id, bob.id])) {
    exam.report('memberNotAdded', added, `The members ${ann.id} and ${bob.id} were expected.`);
  }
  const without = await exam.send({ method: 'GET', path: `${path}?excludedAttributes=members` });
  if (membersIn(without).length > 0) {
    exam.report('membersNotExcluded', without, 'No members were expected.');
  }
  const reply = await exam.send(exam.forms.removeMember(id, ann.id, displayName));
  if (reply.status >= 300) {
    exam.report('memberNotRemoved', reply, '200 or 204 was expected.');
    return;
  }
  const removed = await exam.send({ method: 'GET', path });
  if (!isSame(membersIn(removed), [bob.id])) {
    exam.report('memberNotRemoved', removed, `Only the member ${bob.id} was expected.`);
  }
}

function membersIn({ body }: Reply): readonly string[] {
  const { members } = body ?? {};
  return Array.isArray(members) ? members.map(({ value }: Json) => String(value)) : [];
}

function isSame(found: readonly string[], expected: readonly string[]): boolean {
  return found.toSorted().join() === expected.toSorted().join();
}
