import { GENERIC } from './generic';
import type { Profile } from './profile';

/**
 * JumpCloud. It sends users by PUT with `"emails": null`, and groups by PATCH with repeated
 * additions and with removals by value. Activation creates and deletes a test user and a test group
 * (jumpcloud.com "Identity Management using a Custom SCIM Integration"; captured bodies in
 * Paul-E/scim-v2-rust `src/test_data`).
 */
export const JUMPCLOUD: Profile = { ...GENERIC, name: 'jumpcloud' };
