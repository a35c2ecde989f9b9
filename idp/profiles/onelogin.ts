import { GENERIC } from './generic';
import type { Profile } from './profile';

/**
 * OneLogin. It sends lookups with a trailing `&`, `"id": null` in bodies, the legacy URN
 * `urn:scim:schemas:core:2.0`, and booleans as text. Few captures of its traffic are public, so it
 * gets the most tolerant profile.
 */
export const ONELOGIN: Profile = { ...GENERIC, name: 'onelogin' };
