import { GENERIC } from './generic';
import type { Profile } from './profile';

/**
 * OneLogin: look-ups with a trailing `&`, `"id": null` in bodies, the legacy URN `urn:scim:schemas:core:2.0`, booleans as text. What it sends
 * is documented by few captures, so it is met with all the tolerance there is.
 */
export const ONELOGIN: Profile = { ...GENERIC, name: 'onelogin' };
