import {
  GROUP_SCHEMA,
  memberLines,
  objectIn,
  objectsIn,
  present,
  textIn,
  USER_SCHEMA,
  type JsonObject,
} from './source';

/* Users and groups as other products export them, in the form of SCIM. */

/**
 * Returns the directory users and groups of WorkOS, as its API and its Node.js client list them.
 * Ids are kept. Members come from the `groups` of users.
 * @see https://workos.com/docs/reference/directory-sync/directory-user
 */
export function fromWorkOs(objects: readonly JsonObject[]): readonly JsonObject[] {
  const isGroup = ({ object, name, emails, username, userName }: JsonObject): boolean =>
    typeof object === 'string'
      ? object === 'directory_group'
      : name !== undefined && [emails, username, userName].every((each) => each === undefined);
  const users = objects.filter((each) => !isGroup(each));
  const groups = new Map<string, JsonObject>();
  const members = new Map<string, JsonObject[]>();
  for (const group of objects.filter(isGroup)) addWorkOsGroup(groups, group);
  for (const user of users) {
    for (const group of objectsIn(user['groups'])) {
      const id = addWorkOsGroup(groups, group);
      const list = members.get(id) ?? [];
      list.push({ value: textIn(user['id']) });
      members.set(id, list);
    }
  }
  return [
    ...users.map(workOsUser),
    ...groups.values(),
    ...[...groups].flatMap(([id, group]) => memberLines(group, members.get(id) ?? [])),
  ];
}

function addWorkOsGroup(groups: Map<string, JsonObject>, group: JsonObject): string {
  const id = textIn(group['id']) ?? '';
  if (!groups.has(id)) {
    const described = {
      schemas: [GROUP_SCHEMA],
      id,
      externalId: textIn(group['idp_id'] ?? group['idpId']),
      displayName: textIn(group['name']),
      meta: metaFrom('Group', group),
    };
    groups.set(id, present(described));
  }
  return id;
}

/** Newer answers have user names, addresses and titles among the custom attributes. */
function workOsUser(user: JsonObject): JsonObject {
  const custom = objectIn(user['custom_attributes'] ?? user['customAttributes']) ?? {};
  const either = (...names: readonly string[]): unknown =>
    names.map((name) => user[name] ?? custom[name]).find((value) => value !== undefined);
  const emails = objectsIn(either('emails')).map(({ value, type, primary }) =>
    present({ value, type: textIn(type), primary: primary === true ? true : undefined }),
  );
  const email = textIn(user['email']);
  return present({
    schemas: [USER_SCHEMA],
    id: textIn(user['id']),
    externalId: textIn(either('idp_id', 'idpId')),
    userName: textIn(either('username', 'userName')) ?? email ?? textIn(emails[0]?.['value']),
    name: nameFrom(either('first_name', 'firstName'), either('last_name', 'lastName')),
    title: textIn(either('job_title', 'jobTitle')),
    emails: emails.length > 0 || email === undefined ? emails : [{ value: email, primary: true }],
    active: user['state'] !== 'inactive' && user['state'] !== 'suspended',
    meta: metaFrom('User', user),
  });
}

/**
 * Returns the users of an export job of Auth0. Their ids contain `|`, which no SCIM id can have
 * here: they become the users' ids in the application.
 * @see https://auth0.com/docs/manage-users/user-migration/bulk-user-exports
 */
export function fromAuth0(objects: readonly JsonObject[]): readonly JsonObject[] {
  return objects.map((user) => {
    const email = textIn(user['email']);
    return present({
      schemas: [USER_SCHEMA],
      applicationId: textIn(user['user_id']),
      externalId: textIn(objectIn(user['app_metadata'])?.['external_id']),
      userName: textIn(user['username']) ?? email,
      displayName: textIn(user['name']),
      nickName: textIn(user['nickname']),
      name: nameFrom(user['given_name'], user['family_name']),
      emails: email === undefined ? undefined : [{ value: email, primary: true }],
      active: user['blocked'] !== true,
      meta: metaFrom('User', user),
    });
  });
}

function nameFrom(givenName: unknown, familyName: unknown): JsonObject | undefined {
  const name = present({ givenName: textIn(givenName), familyName: textIn(familyName) });
  return Object.keys(name).length === 0 ? undefined : name;
}

function metaFrom(resourceType: 'User' | 'Group', object: JsonObject): JsonObject {
  return present({
    resourceType,
    created: textIn(object['created_at'] ?? object['createdAt']),
    lastModified: textIn(object['updated_at'] ?? object['updatedAt']),
  });
}
