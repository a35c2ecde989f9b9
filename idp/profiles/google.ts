import { GENERIC } from './generic';
import type { Profile } from './profile';

/**
 * Google Workspace. Its automated provisioning sends the attributes of the administrator's mapping,
 * as PATCH without a path. No capture of its traffic is public, so it gets the most tolerant
 * profile.
 */
export const GOOGLE: Profile = { ...GENERIC, name: 'google' };
