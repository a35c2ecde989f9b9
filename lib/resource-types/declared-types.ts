import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { DeclaredTypesProperties } from '../../lambdas/contract';
import { parseJson } from '../../scim/json';
import { conflictingUrn, schemasOfTypes, type CustomType } from '../../scim/schema/custom-type';
import { parseCustomType } from '../../scim/schema/parse-custom-type';
import { createCustomResource } from '../custom-resource';
import type { ScimResourceType } from './scim-resource-type';

/** Most resource types of a deployment. */
const MOST_TYPES = 20;

/**
 * Declares the resource types of all connections as one custom resource.
 * @param provider the function that handles it
 * @throws Error if a definition is wrong, if two have the same name or endpoint, or if there are
 *   too many
 */
export function declareTypes(
  scope: Construct,
  types: readonly ScimResourceType[],
  provider: LambdaFunction,
): void {
  if (types.length === 0) return;
  if (types.length > MOST_TYPES) {
    throw new Error(
      `A stack can declare at most ${MOST_TYPES} resource types, not ${types.length}.`,
    );
  }
  const definitions = types.map(({ name, _definition }) => ({ name, ..._definition }));
  const parsed = definitions.map(checked);
  checkDistinct(
    'name',
    parsed.map(({ name }) => name),
  );
  checkDistinct(
    'endpoint',
    parsed.map(({ endpoint }) => endpoint),
  );
  const schemas = schemasOfTypes(parsed);
  const urn = conflictingUrn(schemas, schemas);
  if (urn !== undefined) {
    throw new Error(`Two resource types define "${urn}" with different attributes.`);
  }
  const properties: DeclaredTypesProperties = { ResourceTypes: JSON.stringify(definitions) };
  createCustomResource(scope, 'ResourceTypes', provider, {
    resourceType: 'Custom::ScimResourceTypes',
    properties: { ...properties },
  });
}

/** Parses a definition in the form of the admin API. @throws Error that lists what is wrong */
function checked(definition: { readonly name: string }): CustomType {
  const { name } = definition;
  const parsed = parseCustomType(name, parseJson(JSON.stringify(definition)));
  if ('definition' in parsed) return parsed.definition;
  const problems = parsed.problems.map(({ pointer, detail }) => `${pointer.slice(1)} ${detail}`);
  throw new Error(`Resource type "${name}": ${problems.join('; ')}.`);
}

/** @throws Error if two types have the same name or endpoint, ignoring case */
function checkDistinct(what: string, values: readonly string[]): void {
  const folded = values.map((value) => value.toLowerCase());
  const again = values.find((_, index) => folded.indexOf(folded[index] ?? '') !== index);
  if (again === undefined) return;
  throw new Error(`Two resource types have the ${what} "${again}". Give each its own ${what}.`);
}
