import type { Profile } from './profile';

/** Strict RFC behavior: no request is rewritten, and every deviation is refused. */
export const RFC: Profile = {
  name: 'rfc',
  rewriters: [],
  patchAnswer: 'resource',
  uniqueGroupNames: false,
  unknownMembers: 'refuse',
  tolerant: false,
  discoverySchemas: true,
};
