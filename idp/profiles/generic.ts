import type { Profile } from './profile';
import {
  memberDisplayName,
  onePrimary,
  pathsAsNames,
  schemasAsKnown,
  unqualifiedExtensionAttributes,
} from '../rewriters/bodies';
import {
  filteredProjection,
  literalsOfOtherTypes,
  unquotedFilterValues,
} from '../rewriters/filters';
import {
  capitalizedOperations,
  operationMembers,
  readOnlyBesideChanges,
  removalByValue,
  unknownExtensions,
} from '../rewriters/operations';
import {
  bareValues,
  emptyStrings,
  listOrSingle,
  numbersForText,
  quotedBooleans,
} from '../rewriters/values';

/**
 * The most tolerant profile: it accepts all deviations that clients are known to send. It serves
 * identity providers without a profile of their own.
 */
export const GENERIC: Profile = {
  name: 'generic',
  rewriters: [
    unquotedFilterValues,
    operationMembers,
    capitalizedOperations,
    schemasAsKnown,
    readOnlyBesideChanges,
    pathsAsNames,
    unqualifiedExtensionAttributes,
    unknownExtensions,
    emptyStrings,
    bareValues,
    listOrSingle,
    quotedBooleans,
    numbersForText,
    memberDisplayName,
    onePrimary,
    removalByValue,
    literalsOfOtherTypes,
    filteredProjection,
  ],
  patchAnswer: 'resource',
  uniqueGroupNames: true,
  unknownMembers: 'skip',
  createMissingTarget: true,
  discoverySchemas: true,
};
