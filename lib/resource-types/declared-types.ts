import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { DeclaredTypesProperties } from '../../lambdas/contract';
import { parseJson } from '../../scim/json';
import { parseCustomType } from '../../scim/schema/parse-custom-type';
import { declare } from '../declare';
import type { ScimResourceType } from './scim-resource-type';

/** Most resource types of a deployment. */
const MOST_TYPES = 20;

/**
 * Declares the resource types of all connections as one custom resource.
 * @param provider the function that handles it
 * @throws Error if a definition is wrong, if two have the same name or endpoint, or if there are too
 *   many
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
  checkDistinct(definitions.map(checkedEndpoint));
  const properties: DeclaredTypesProperties = { ResourceTypes: JSON.stringify(definitions) };
  declare(scope, 'ResourceTypes', provider, {
    resourceType: 'Custom::ScimResourceTypes',
    properties: { ...properties },
  });
}

/** A declared type in the form of the admin API. */
interface Definition {
  readonly name: string;
}

/** Returns the name and endpoint of a definition. @throws Error that lists what is wrong with it */
function checkedEndpoint(definition: Definition): readonly [name: string, endpoint: string] {
  const { name } = definition;
  const parsed = parseCustomType(name, parseJson(JSON.stringify(definition)));
  if ('definition' in parsed) return [name, parsed.definition.endpoint];
  const problems = parsed.problems.map(({ pointer, detail }) => `${pointer.slice(1)} ${detail}`);
  throw new Error(`Resource type "${name}": ${problems.join('; ')}.`);
}

/** @throws Error if two types have the same name or endpoint, ignoring case */
function checkDistinct(types: readonly (readonly [name: string, endpoint: string])[]): void {
  for (const part of [0, 1] as const) {
    const texts = types.map((type) => type[part].toLowerCase());
    const again = types.find((_, index) => texts.indexOf(texts[index] ?? '') !== index);
    if (again === undefined) continue;
    const what = part === 0 ? 'name' : 'endpoint';
    throw new Error(
      `Two resource types have the ${what} "${again[part]}". Give each its own ${what}.`,
    );
  }
}
