import { connectionPath } from './connection-path';
import type { Http } from './http';
import type { CustomResourceType, ResourceTypeSettings } from './resource-type-types';

/** The calls of the admin API about resource types in addition to users and groups. */
export class ResourceTypesAdmin {
  /** @internal */
  constructor(private readonly http: Http) {}

  /** Returns the resource types of a connection, also those that its stack declares. */
  async list(connection: string): Promise<readonly CustomResourceType[]> {
    const answer = await this.http.call('GET', typePath(connection));
    return (answer as { readonly resourceTypes: readonly CustomResourceType[] }).resourceTypes;
  }

  /** Returns a resource type; undefined if there is none. */
  async get(connection: string, name: string): Promise<CustomResourceType | undefined> {
    const answer = await this.http.call('GET', typePath(connection, name), { isOptional: true });
    return answer as CustomResourceType | undefined;
  }

  /** Adds or changes a resource type. One that has resources can only grow. */
  async put(
    connection: string,
    name: string,
    settings: ResourceTypeSettings,
  ): Promise<CustomResourceType> {
    const answer = await this.http.call('PUT', typePath(connection, name), { body: settings });
    return answer as CustomResourceType;
  }

  /** Removes a resource type that has no resources. */
  async delete(connection: string, name: string): Promise<void> {
    await this.http.call('DELETE', typePath(connection, name));
  }
}

function typePath(connection: string, name?: string): string {
  const types = `${connectionPath(connection)}/resourceTypes`;
  return name === undefined ? types : `${types}/${encodeURIComponent(name)}`;
}
