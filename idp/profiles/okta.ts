import type { Profile } from './profile';
import { onePrimary, schemasAsKnown } from '../rewriters/bodies';
import { operationMembers, readOnlyBesideChanges, removalByValue } from '../rewriters/operations';
import { emptyStrings } from '../rewriters/values';

/**
 * Okta: integrations from its catalog use PATCH, applications created with its wizard use PUT. Okta
 * follows the RFCs closely and needs the whole resource in every answer (okta-developer-docs
 * `reference/scim/scim-20`).
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
