import { notUnique } from '../../scim/errors/resource-errors';
import { asText, equalJson } from '../../scim/json';
import type { Attributes } from '../../scim/resource/parse';
import type { ResourceType } from '../../scim/schema/resource-type';
import { CustomResources } from '../custom-resources';
import type { Tenant } from '../resources/tenant';
import {
  checkImportedId,
  checkNotNewer,
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
   * Imports a resource: the one with this id or, without an id, the one with the same first unique
   * attribute.
   * @throws ScimError 400 `invalidValue` for an id that cannot be kept, 409 `uniqueness`
   */
  async put({ id: given, attributes, times }: ImportedResource): Promise<ImportOutcome> {
    checkImportedId(given);
    const named = await this.idOfName(attributes);
    const id = given ?? named;
    const found = id === undefined ? undefined : await this.resources.find(id);
    if (found !== undefined && equalJson(found.attributes, attributes)) return 'unchanged';
    if (found !== undefined) checkNotNewer(found, times, this.type.name);
    if (this.options.isDryRun) {
      if (named !== undefined && named !== id) throw this.taken();
      return found === undefined ? 'created' : 'updated';
    }
    if (id !== undefined) return (await this.resources.put(id, attributes, times)).outcome;
    await this.resources.create(attributes, times);
    return 'created';
  }

  private idOfName(attributes: Attributes): Promise<string | undefined> {
    const attribute = nameAttributeOf(this.type);
    const name = { attribute, value: asText(attributes[attribute] ?? '') };
    return idOfName(this.tenant, this.type.name, this.type.indexed, name);
  }

  private taken(): ReturnType<typeof notUnique> {
    return notUnique(nameAttributeOf(this.type), this.type.name);
  }
}

/** Returns the first unique attribute of a type, by which an import knows its resources. */
export function nameAttributeOf({ indexed }: ResourceType): string {
  return indexed.find(({ unique }) => unique)?.name ?? 'externalId';
}
