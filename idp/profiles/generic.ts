import type { Profile } from './profile';
import { appRoles } from '../rewriters/app-roles';
import {
  memberDisplayName,
  onePrimary,
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
  removalOfNothing,
  wrappedObjects,
} from '../rewriters/operations';
import { pathsAsNames } from '../rewriters/paths-as-names';
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
  wrappedBase64,
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
    unqualifiedExtensionAttributes,
    pathsAsNames,
    removalOfNothing,
    jsonTexts,
    wrappedValues,
    listOrSingle,
    emptyStrings,
    bareValues,
    appRoles,
    quotedBooleans,
    numbersForText,
    textForNumbers,
    wrappedBase64,
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
