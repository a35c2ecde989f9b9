import type { OktaTypeOptions, PresetOptions, ResourceTypeProps } from './resource-type-props';

/**
 * A resource type in addition to users and groups, such as roles.
 *
 * See docs/reference/resource-types.md.
 */
export class ScimResourceType {
  /**
   * A resource type of your own.
   *
   * @param props The definition.
   */
  static of(props: ResourceTypeProps): ScimResourceType {
    const { name, ...definition } = props;
    return new ScimResourceType(name, definition);
  }

  /**
   * Roles as Okta Identity Governance discovers and assigns them, at `/Roles`.
   *
   * @param options Settings that differ from the defaults.
   */
  static oktaRole(options: OktaTypeOptions = {}): ScimResourceType {
    return new ScimResourceType('Role', { preset: 'oktaRole', ...options });
  }

  /**
   * A kind of entitlement as Okta Identity Governance discovers and assigns it, such as licenses.
   *
   * @param name Name of the type, such as `License`.
   * @param endpoint Path below the base URL of a connection, such as `/Licenses`.
   * @param options Settings that differ from the defaults.
   */
  static oktaEntitlement(
    name: string,
    endpoint: string,
    options: OktaTypeOptions = {},
  ): ScimResourceType {
    return new ScimResourceType(name, { preset: 'oktaEntitlement', endpoint, ...options });
  }

  /**
   * AI agents after draft-wzdk-scim-agent-resource, at `/Agents`.
   *
   * The draft is not a standard yet; its attributes may change with any release.
   *
   * @param options Settings that differ from the defaults.
   */
  static agent(options: PresetOptions = {}): ScimResourceType {
    return new ScimResourceType('Agent', { preset: 'agent', ...options });
  }

  /** The definition as the admin API takes it. @internal */
  readonly _definition: object;

  private constructor(
    /**
     * Name of the type.
     */
    readonly name: string,
    definition: object,
  ) {
    this._definition = definition;
  }
}
