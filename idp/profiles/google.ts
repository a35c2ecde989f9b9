import { GENERIC } from './generic';
import type { Profile } from './profile';

/**
 * Google Workspace: its automated provisioning sends what the administrator's attribute mapping says, as PATCH without a path. No capture of its
 * traffic is public, so it is met with all the tolerance there is.
 */
export const GOOGLE: Profile = { ...GENERIC, name: 'google' };
