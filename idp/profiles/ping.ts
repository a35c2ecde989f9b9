import { GENERIC } from './generic';
import type { Profile } from './profile';

/**
 * PingFederate and PingOne. They send users by PUT and list all groups without a filter
 * (docs.pingidentity.com "SCIM provisioner"). No capture of their traffic is public, so they get
 * the most tolerant profile.
 */
export const PING: Profile = { ...GENERIC, name: 'ping' };
