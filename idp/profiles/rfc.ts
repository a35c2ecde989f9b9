import type { Profile } from './profile';

/** The RFCs to the letter: nothing is rewritten, what is not in order is refused. */
export const RFC: Profile = {
  name: 'rfc',
  rewriters: [],
  patchAnswer: 'resource',
  uniqueGroupNames: false,
  unknownMembers: 'refuse',
  createMissingTarget: false,
  discoverySchemas: true,
};
