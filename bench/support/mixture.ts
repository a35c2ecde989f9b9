import { requests, type Target } from './requests';

type Kind = 'find' | 'get' | 'patch' | 'create' | 'add' | 'remove';

/** The mix: 40 % find, 25 % get, 20 % PATCH, 5 % create, 10 % add or remove a member. */
const MIXTURE: readonly Kind[] = [
  ...(['create', 'find', 'get', 'patch', 'find'] as const),
  ...(['add', 'find', 'get', 'patch', 'find'] as const),
  ...(['get', 'find', 'get', 'patch', 'find'] as const),
  ...(['remove', 'find', 'get', 'patch', 'find'] as const),
];

/** The users, called u0, u1 and so on, and the group that the requests of the mix name. */
interface Content {
  readonly userIds: readonly string[];
  readonly groupIds: readonly string[];
}

/** Returns a function that sends the requests of the mix in turn. */
export function mixtureOf(
  subject: Target,
  { userIds, groupIds }: Content,
): (step: number) => Promise<unknown> {
  const [group = ''] = groupIds;
  // A mix that begins in its middle adds and removes a user who was there before.
  let [created = ''] = userIds;
  return async (step) => {
    const index = (step * 7919) % userIds.length;
    const id = userIds[index] ?? '';
    switch (MIXTURE[step % MIXTURE.length]) {
      case 'create':
        created = await requests.createUser(subject, `mixed${step}@example.com`, `mixed${step}`);
        return created;
      case 'add':
        return requests.addMember(subject, group, created);
      case 'remove':
        return requests.removeMember(subject, group, created);
      case 'patch':
        return requests.setActive(subject, id, Math.floor(step / MIXTURE.length) % 2 === 1);
      case 'get':
        return requests.getUser(subject, id);
      default:
        return requests.findUser(subject, `u${index}@example.com`);
    }
  };
}
