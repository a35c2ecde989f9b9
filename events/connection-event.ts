import { connectionFromItem } from '../directory/connections/connection-item';
import { eventId, type NewEvent } from '../directory/events/event';
import { readKey } from '../directory/store/key-meaning';
import type { ItemChange } from './item-change';
import { connectionData } from './views';

/** Settings of a connection that the application may care about. */
const CONNECTION_SETTINGS = [
  'displayName',
  'actsAs',
  'identityProvider',
  'enabled',
  'userDeletion',
  'groups',
  'adoption',
  'mapping',
  'roleRules',
] as const;

/** Returns the event of a change to a connection's item; undefined if it is none. */
export function connectionEvent({
  id,
  key,
  before,
  after,
  time,
}: ItemChange): NewEvent | undefined {
  const { connection, meaning } = readKey(key);
  if (meaning.kind !== 'connection') return undefined;
  const [was, is] = [before, after].map((item) => item && connectionFromItem(item));
  const known = is ?? was;
  if (known === undefined) return undefined;
  const changed = CONNECTION_SETTINGS.filter(
    (name) => JSON.stringify(was?.[name]) !== JSON.stringify(is?.[name]),
  );
  if (changed.length === 0) return undefined;
  const type =
    is === undefined
      ? 'connection.deleted'
      : was === undefined
        ? 'connection.created'
        : 'connection.updated';
  return {
    id: eventId(id, time),
    type,
    connection,
    subject: `connections/${connection}`,
    time,
    data: {
      ...connectionData(known),
      ...(type === 'connection.updated' ? { changed: changed.map(settingName) } : {}),
      reason: 'admin',
    },
  };
}

function settingName(name: (typeof CONNECTION_SETTINGS)[number]): string {
  return name === 'roleRules' ? 'roles' : name;
}
