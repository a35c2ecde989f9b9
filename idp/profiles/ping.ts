import { GENERIC } from './generic';
import type { Profile } from './profile';

/**
 * PingFederate and PingOne: users by PUT, all groups listed without a filter (docs.pingidentity.com "SCIM provisioner"). No capture of their
 * traffic is public, so they are met with all the tolerance there is.
 */
export const PING: Profile = { ...GENERIC, name: 'ping' };
