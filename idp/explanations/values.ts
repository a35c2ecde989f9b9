import type { Explanations } from './explanation';

/** Explanations of values that cannot be stored. */
export const VALUE_EXPLANATIONS: Explanations<
  | 'duplicateUser'
  | 'duplicateGroup'
  | 'duplicateResource'
  | 'ambiguousAdoption'
  | 'missingValue'
  | 'wrongValue'
  | 'unknownMember'
  | 'notInCatalog'
  | 'referenceMissing'
  | 'wrongPath'
  | 'noTarget'
  | 'immutableValue'
  | 'ignoredAttribute'
> = {
  duplicateUser: {
    title: 'Another user has this {attribute}',
    meaning:
      '{idp} tried to create or rename a user, but another user of this connection already has ' +
      'this {attribute}. Capitalization is ignored.',
    remedy:
      'Find both users in {idp} and give them different values of {attribute}. If one was ' +
      'created here manually or by another application, it can be deleted instead.',
    remedies: {
      entra:
        'Two users have the same value in the attribute that is mapped to {attribute} (Mappings ' +
        '> Provision Microsoft Entra ID Users). Correct one of them, then check the result with ' +
        'Provision on demand.',
      okta:
        'Two assignments have the same {attribute}. Correct one at Assignments > Edit user ' +
        'assignment, then retry the task at Dashboard > Tasks.',
    },
  },
  duplicateGroup: {
    title: 'Another group has this name',
    meaning:
      '{idp} tried to create or rename a group, but another group of this connection already has ' +
      'this name. Capitalization is ignored.',
    remedy: 'Rename one of the two groups in {idp}.',
    remedies: {
      okta:
        'Link the pushed group to the existing one: Push Groups > Edit > Link group. Otherwise ' +
        'rename one of the two.',
    },
  },
  duplicateResource: {
    title: 'Another resource has the same {attribute}',
    meaning:
      '{idp} tried to create or change a resource of a custom type, but another one of this ' +
      'connection already has the same {attribute}.',
    remedy: 'Give the two resources different values of {attribute} in {idp}.',
  },
  ambiguousAdoption: {
    title: 'Several users of the application match the user',
    meaning:
      '{idp} tried to create a user who already exists in the application, but more than one of ' +
      'its users matches. Which one it is, this service must not guess.',
    remedy:
      'The conflicts of the connection, in the application API, name the users that match. Let ' +
      'the application remove or correct the wrong candidates. {idp} then creates the user with ' +
      'its next attempt.',
    forCustomers:
      'Ask the people who operate the application to say which of its users this is. {idp} then ' +
      'creates the user with its next attempt.',
  },
  missingValue: {
    title: '{attribute} is missing',
    meaning: '{idp} sends a user or group without {attribute}, which is required.',
    remedy:
      'Fill in the attribute in {idp} that is mapped to {attribute}, or map one that is always ' +
      'set.',
    remedies: {
      entra:
        'Mappings > Provision Microsoft Entra ID Users: the source attribute mapped to ' +
        '{attribute} is empty for this user. Fill it in, or choose a source that every user has, ' +
        'such as userPrincipalName for userName.',
      okta:
        'Profile Editor > Mappings: the attribute mapped to {attribute} is empty for this user. ' +
        "Fill it in in the user's Okta profile, or map an attribute that every user has.",
    },
  },
  wrongValue: {
    title: '{attribute} has the wrong type',
    meaning:
      '{idp} sends a value for {attribute} that does not fit, such as a string instead of a ' +
      'list, or a word instead of true or false.',
    remedy: 'Correct the mapping of {attribute} in {idp}. The log shows what was expected.',
    remedies: {
      entra:
        'Attribute Mappings: check the mapping to {attribute}. A multi-valued target includes ' +
        'its type, such as emails[type eq "work"].value. For true or false, use an expression ' +
        'such as Switch([IsSoftDeleted], , "False", "True", "True", "False").',
      okta:
        'Profile Editor: the type of the attribute mapped to {attribute} must match the schema. ' +
        'A multi-valued target includes its type, such as emails[type eq "work"].value.',
    },
  },
  unknownMember: {
    title: 'A group member does not exist',
    meaning:
      '{idp} tried to add a member to a group, but that member was never created here, or was ' +
      'deleted.',
    remedy:
      'Assign these users to the application in {idp} before the group, then push the group again.',
    remedies: {
      entra:
        'Assign the missing members to the application at Users and groups, or widen the scope ' +
        'of provisioning. The next cycle adds them to the group.',
      okta:
        'Assign the group to the application, too, so that its members are created. Then choose ' +
        'Push Groups > Push now.',
    },
  },
  wrongPath: {
    title: '{attribute} is unknown here',
    meaning: '{idp} tried to change {attribute}, which this connection does not have.',
    remedy:
      'Correct the name in the mapping, remove the mapping, or add a schema with this attribute ' +
      'to the connection.',
    remedies: {
      entra:
        'Open Mappings > Provision Microsoft Entra ID Users > Show advanced options > Edit ' +
        'attribute list, which shows the names that are sent; names of an extension have the ' +
        'form urn:…:attribute. Correct the name, delete the mapping, or add the schema to the ' +
        'connection.',
      okta:
        'Open Profile Editor > the application > the attribute. Okta sends its External name ' +
        'and External namespace: correct them, remove the attribute, or add the schema to the ' +
        'connection.',
    },
  },
  referenceMissing: {
    title: '{attribute} refers to a resource that does not exist',
    meaning:
      '{idp} sent a resource that refers to another one, such as the owner of an agent, which ' +
      'this connection does not have.',
    remedy:
      'Add the resource that {attribute} refers to first, or correct the value in {idp}. A ' +
      'deleted resource cannot be referred to any more.',
  },
  notInCatalog: {
    title: 'The application does not offer a value of {attribute}',
    meaning:
      '{idp} gives a user a role or entitlement that is not among those that the application has ' +
      'published. If the catalog is lenient, the user has it nevertheless, and this is logged ' +
      'once a day; if it is strict, the request is refused.',
    remedy:
      'Publish the role or entitlement in the application, or correct the value of {attribute} ' +
      'in {idp}.',
    forCustomers:
      'Choose one of the values that the application offers for {attribute} in {idp}, or ask the ' +
      'operators to add yours.',
  },
  noTarget: {
    title: 'The value to be changed does not exist',
    meaning:
      '{idp} tried to change one of several values, such as the work email address, but there ' +
      'is no such value here.',
    remedy:
      'Sync this user again in {idp}, so that all values are sent. If that does not help, ' +
      'check the type, such as "work", in the mapping of {attribute}.',
  },
  immutableValue: {
    title: '{attribute} cannot be changed',
    meaning: '{idp} tried to change {attribute}, which is fixed or set by this service.',
    remedy: 'Remove {attribute} from the mapping in {idp}.',
  },
  ignoredAttribute: {
    title: '{attribute} was ignored',
    meaning:
      '{idp} sends {attribute}, but this type of resource does not have it here. The rest of ' +
      'the request was done. This is logged once a day.',
    remedy:
      'Remove the mapping of {attribute} in {idp}. If the application needs the attribute, the ' +
      'operator adds it with a schema extension.',
    forCustomers: 'Remove the mapping of {attribute} in {idp}, or ask the operators to accept it.',
  },
};
