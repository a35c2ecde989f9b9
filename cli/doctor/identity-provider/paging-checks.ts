import type { Examination } from './examination';
import { checkList } from './connection-checks';
import { createUser, idsIn, type CreatedUser } from './user-checks';
import type { Reply } from './target';

/** Checks pages by index (RFC 7644 section 3.4.2.4), with users that are created for it. */
export async function checkPaging(exam: Examination): Promise<void> {
  const users: CreatedUser[] = [];
  for (let index = 0; index < 3; index += 1) {
    const user = await createUser(exam);
    if (user === undefined) return;
    users.push(user);
  }
  const [first, second] = [await page(exam, 1, 2), await page(exam, 3, 1)];
  checkPage(exam, first, 1, 2);
  checkPage(exam, second, 3, 1);
  const repeated = idsIn(second).filter((id) => idsIn(first).includes(id));
  if (repeated.length > 0) {
    exam.report('paging', second, `The user ${repeated.join()} was in the first page already.`);
  }
  const again = await page(exam, 1, 2);
  if (idsIn(again).join() !== idsIn(first).join()) {
    exam.report('paging', again, `The same page as before was expected: ${idsIn(first).join()}.`);
  }
  const beyond = await page(exam, 1_000_000, 2);
  if (beyond.status !== 200 || idsIn(beyond).length > 0) {
    exam.report('paging', beyond, 'An empty page was expected beyond the end.');
  }
  for (const { path } of users) {
    await exam.target.send({ method: 'DELETE', path });
    exam.forget(path);
  }
}

function page(exam: Examination, startIndex: number, count: number): Promise<Reply> {
  return exam.send({ method: 'GET', path: `/Users?startIndex=${startIndex}&count=${count}` });
}

function checkPage(exam: Examination, reply: Reply, startIndex: number, count: number): void {
  checkList(exam, reply);
  const { totalResults, startIndex: echoed, itemsPerPage } = reply.body ?? {};
  const ids = idsIn(reply);
  if (ids.length !== count) {
    exam.report('paging', reply, `${count} users were expected, not ${ids.length}.`);
  }
  if (Number(echoed) !== startIndex) {
    exam.report('paging', reply, `startIndex must be ${startIndex}, not ${String(echoed)}.`);
  }
  if (itemsPerPage !== undefined && Number(itemsPerPage) !== ids.length) {
    exam.report('paging', reply, `itemsPerPage must be ${ids.length}.`);
  }
  if (Number(totalResults) < 3) {
    exam.report('paging', reply, `totalResults must be 3 or more, not ${String(totalResults)}.`);
  }
}
