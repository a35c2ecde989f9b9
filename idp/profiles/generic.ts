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
  wrappedObjects,
} from '../rewriters/operations';
import { schemaUrns } from '../rewriters/urns';
import {
  bareValues,
  emptyStrings,
  jsonTexts,
  listOrSingle,
  numbersForText,
  quotedBooleans,
  textForNumbers,
  valuelessElements,
  wrappedValues,
} from '../rewriters/values';

/**
 * The most tolerant profile: it accepts all deviations that clients are known to send. It serves
 * identity providers without a profile of their own.
 */
export const GENERIC: Profile = {
  name: 'generic',
  rewriters: [
    operationMembers,
    unquotedFilterValues,
    capitalizedOperations,
    schemaUrns,
    wrappedObjects,
    schemasAsKnown,
    readOnlyBesideChanges,
    pathsAsNames,
    unqualifiedExtensionAttributes,
    jsonTexts,
    wrappedValues,
    emptyStrings,
    bareValues,
    listOrSingle,
    quotedBooleans,
    numbersForText,
    textForNumbers,
    memberDisplayName,
    valuelessElements,
    onePrimary,
    literalsOfOtherTypes,
    filteredProjection,
  ],
  patchAnswer: 'resource',
  uniqueGroupNames: true,
  unknownMembers: 'skip',
  tolerant: true,
  discoverySchemas: true,
};
