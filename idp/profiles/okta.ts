import type { Profile } from './profile';
import { onePrimary, schemasAsKnown } from '../rewriters/bodies';
import { operationMembers, readOnlyBesideChanges, removalByValue } from '../rewriters/operations';
import { emptyStrings } from '../rewriters/values';

/**
 * Okta, catalogue integrations (PATCH) and applications of its wizard (PUT). It keeps close to the RFCs and needs the whole
 * resource back (okta-developer-docs `reference/scim/scim-20`).
 */
export const OKTA: Profile = {
  name: 'okta',
  rewriters: [
    operationMembers,
    schemasAsKnown,
    readOnlyBesideChanges,
    emptyStrings,
    onePrimary,
    removalByValue,
  ],
  patchAnswer: 'resource',
  uniqueGroupNames: true,
  unknownMembers: 'skip',
  createMissingTarget: true,
  discoverySchemas: true,
};
