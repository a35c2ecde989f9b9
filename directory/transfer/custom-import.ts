import { notUnique } from '../../scim/errors/resource-errors';
import { wrongValue } from '../../scim/errors/value-errors';
import { asText, equalJson } from '../../scim/json';
import type { ResourceType } from '../../scim/schema/resource-type';
import { CustomResources } from '../custom-resources';
import type { Tenant } from '../resources/tenant';
import {
  checkImportedId,
  checkNotNewer,
  checkOtherTypes,
  idOfName,
  type ImportedResource,
  type ImportOptions,
  type ImportOutcome,
} from './imported-resource';

/**
 * Adds resources of a custom type with the ids and times that they had elsewhere. Importing one
 * again changes nothing.
 */
export class CustomImport {
  private readonly resources: CustomResources;

  constructor(
    private readonly tenant: Tenant,
    private readonly type: ResourceType,
    private readonly options: ImportOptions,
  ) {
    const otherTypes = options.types.filter((each) => each !== type.name);
    this.resources = new CustomResources(tenant, type, otherTypes);
  }

  /**
   * Imports a resource: the one with this id or, without an id, the one with the same name.
   * @throws ScimError 400 `invalidValue` for an id that cannot be kept, or if there is neither an
   *   id nor a name; 409 `uniqueness`
   */
  async put({ id: given, attributes, times }: ImportedResource): Promise<ImportOutcome> {
    checkImportedId(given);
    const nameAttribute = nameAttributeOf(this.type);
    const name = { attribute: nameAttribute, value: asText(attributes[nameAttribute] ?? '') };
    if (given === undefined && name.value.trim() === '') {
      throw wrongValue('id', `given for a resource without ${nameAttribute}`, given);
    }
    const named = await idOfName(this.tenant, this.type.name, this.type.indexed, name);
    const id = given ?? named;
    const found = id === undefined ? undefined : await this.resources.find(id);
    if (found !== undefined && equalJson(found.attributes, attributes)) return 'unchanged';
    if (found !== undefined) checkNotNewer(found, times, this.type.name);
    if (this.options.isDryRun) {
      const isTaken = nameIsUnique(this.type) && named !== undefined && named !== id;
      if (isTaken) throw notUnique(nameAttribute, this.type.name);
      await checkOtherTypes(this.tenant, this.options, this.type.name, id);
      return found === undefined ? 'created' : 'updated';
    }
    if (id !== undefined) return (await this.resources.put(id, attributes, times)).outcome;
    await this.resources.create(attributes, times);
    return 'created';
  }
}

/**
 * Returns the attribute by which an import knows the resources of a type: the first unique one, or
 * `displayName`, or `externalId`.
 */
export function nameAttributeOf({ indexed }: ResourceType): string {
  const named = indexed.find(({ name }) => name === 'displayName');
  return (indexed.find(({ unique }) => unique) ?? named)?.name ?? 'externalId';
}

function nameIsUnique({ indexed }: ResourceType): boolean {
  return indexed.some(({ unique }) => unique);
}
