import { GENERIC } from './generic';
import type { Profile } from './profile';

/**
 * JumpCloud: users by PUT with `"emails": null`, groups by PATCH with repeated additions and removals by value; activation creates and deletes
 * a test user and a test group (jumpcloud.com "Identity Management using a Custom SCIM Integration"; captured bodies in Paul-E/scim-v2-rust
 * `src/test_data`).
 */
export const JUMPCLOUD: Profile = { ...GENERIC, name: 'jumpcloud' };
