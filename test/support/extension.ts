import { parseExtensionSchema } from '../../scim/schema/extension-schema';
import { resourceTypesWith, type ResourceType } from '../../scim/schema/resource-type';

/** URN of an extension with an attribute of every kind. */
export const X = 'urn:example:2.0:X';

const parsed = parseExtensionSchema(X, {
  attributes: [
    { name: 'text' },
    { name: 'code', caseExact: true },
    { name: 'flag', type: 'boolean' },
    { name: 'count', type: 'integer' },
    { name: 'ratio', type: 'decimal' },
    { name: 'when', type: 'dateTime' },
    { name: 'key', type: 'binary' },
    { name: 'site', type: 'reference', referenceTypes: ['external'] },
    { name: 'tags', multiValued: true },
    { name: 'keys', type: 'binary', multiValued: true },
    { name: 'pair', type: 'complex', subAttributes: [{ name: 'a' }, { name: 'b' }] },
    // Its sub-attribute has its own name.
    { name: 'self', type: 'complex', subAttributes: [{ name: 'self' }, { name: 'value' }] },
    { name: 'counts', type: 'integer', multiValued: true },
    { name: 'badge', mutability: 'immutable' },
    { name: 'badges', mutability: 'immutable', multiValued: true },
    {
      name: 'prizes',
      type: 'complex',
      mutability: 'immutable',
      multiValued: true,
      subAttributes: [{ name: 'a' }, { name: 'b' }],
    },
    {
      name: 'seat',
      type: 'complex',
      subAttributes: [{ name: 'row', mutability: 'immutable' }, { name: 'note' }],
    },
    {
      name: 'cards',
      type: 'complex',
      multiValued: true,
      subAttributes: [
        { name: 'number', required: true },
        { name: 'value' },
        { name: 'level', type: 'integer' },
        { name: 'tags', multiValued: true },
        { name: 'primary', type: 'boolean' },
      ],
    },
    {
      name: 'links',
      type: 'complex',
      multiValued: true,
      subAttributes: [{ name: 'value', type: 'integer' }, { name: 'type' }, { name: 'display' }],
    },
    { name: 'request', returned: 'request' },
    { name: 'always', returned: 'always' },
    {
      name: 'mixed',
      type: 'complex',
      subAttributes: [{ name: 'request', returned: 'request' }, { name: 'default' }],
    },
  ],
});
if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));

/** Users with that extension, in addition to the one of the RFC. */
export const USER_WITH_X: ResourceType = resourceTypesWith([parsed.schema]).user;
