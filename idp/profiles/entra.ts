import { GENERIC } from './generic';
import type { Profile } from './profile';

/**
 * Microsoft Entra ID, with and without the `aadOptscim062020` flag: the same tenant sends both forms, provisioning on demand
 * ignores the flag (entra-docs `application-provisioning-config-problem-scim-compatibility.md`). It sends most of what any
 * client does wrong, and wants 204 for every PATCH of a group (`use-scim-to-provision-users-and-groups.md`).
 */
export const ENTRA: Profile = {
  ...GENERIC,
  name: 'entra',
  patchAnswer: 'noContent',
  // Its schema discovery takes every schema for one of users or groups, and offers their attributes for mapping.
  discoverySchemas: false,
};
