import { exclusiveParameters } from '../errors/filter-errors';
import { isArray, isObject, type Json, type JsonObject } from '../json';
import type { Attribute } from '../schema/attribute';
import type { ResourceType, Target } from '../schema/resource-type';

/** What a client asked to see: RFC 7644 section 3.9, as sent. */
export interface ProjectionRequest {
  readonly attributes?: readonly string[];
  readonly excludedAttributes?: readonly string[];
}

/**
 * Which attributes of a resource type an answer shows, after each attribute's `returned` characteristic and the client's
 * `attributes` or `excludedAttributes`.
 */
export class Projection {
  private readonly wanted: readonly Selected[] | undefined;
  private readonly excluded: readonly Selected[];

  /**
   * Names that the type does not have are passed over.
   * @throws ScimError 400 `invalidValue` when both lists are given: they are mutually exclusive (RFC 7644 section 3.9)
   */
  constructor(
    private readonly type: ResourceType,
    { attributes, excludedAttributes }: ProjectionRequest = {},
  ) {
    if (attributes !== undefined && excludedAttributes !== undefined) {
      throw exclusiveParameters('attributes', 'excludedAttributes');
    }
    this.wanted = attributes === undefined ? undefined : select(type, attributes);
    this.excluded = select(type, excludedAttributes ?? []);
  }

  /** Whether an attribute is shown at all, wholly or in part: what is not shown need not be read. */
  shows(attributeName: string): boolean {
    const target = this.type.resolve(attributeName);
    return (
      target?.attribute !== undefined && this.keeps(target.extension, target.attribute, undefined)
    );
  }

  /** The resource with only what is to be shown. */
  apply(resource: JsonObject): JsonObject {
    const out: Record<string, Json> = this.container(undefined, this.type.attributes, resource);
    for (const { id, attributes } of this.type.extensions) {
      const extension = resource[id];
      if (!isObject(extension)) continue;
      const shown = this.container(id, attributes, extension);
      if (Object.keys(shown).length > 0) out[id] = shown;
    }
    return out;
  }

  private container(
    extension: string | undefined,
    attributes: readonly Attribute[],
    source: JsonObject,
  ): Record<string, Json> {
    const out: Record<string, Json> = {};
    for (const attribute of attributes) {
      const value = source[attribute.name];
      if (value === undefined || !this.keeps(extension, attribute, undefined)) continue;
      const shown =
        attribute.subAttributes === undefined ? value : this.complex(extension, attribute, value);
      if (shown !== undefined) out[attribute.name] = shown;
    }
    return out;
  }

  private complex(
    extension: string | undefined,
    attribute: Attribute,
    value: Json,
  ): Json | undefined {
    if (isArray(value)) {
      const elements = value.map((element) => this.complex(extension, attribute, element));
      const shown = elements.filter((element) => element !== undefined);
      return value.length > 0 && shown.length === 0 ? undefined : shown;
    }
    if (!isObject(value)) return value;
    const out: Record<string, Json> = {};
    for (const subAttribute of attribute.subAttributes ?? []) {
      const part = value[subAttribute.name];
      if (part !== undefined && this.keeps(extension, attribute, subAttribute))
        out[subAttribute.name] = part;
    }
    return Object.keys(out).length === 0 ? undefined : out;
  }

  private keeps(
    extension: string | undefined,
    attribute: Attribute,
    subAttribute: Attribute | undefined,
  ): boolean {
    const leaf = subAttribute ?? attribute;
    if (leaf.returned === 'never' || attribute.returned === 'never') return false;
    if (leaf.returned === 'always') return true;
    const named = (selected: Selected) => names(selected, extension, attribute, subAttribute);
    if (this.wanted !== undefined) return this.wanted.some(named);
    if (leaf.returned === 'request') return false;
    return !this.excluded.some((selected) => named(selected) && covers(selected, subAttribute));
  }
}

/** A name in one of the two lists: an attribute, a sub-attribute, or a whole extension. */
type Selected = Target | { readonly extension: string; readonly attribute: undefined };

function select(type: ResourceType, names: readonly string[]): Selected[] {
  return names.map((name) => type.resolve(name.trim())).filter((target) => target !== undefined);
}

/** Whether a name speaks of this attribute: of itself, of what contains it, or of a part of it. */
function names(
  selected: Selected,
  extension: string | undefined,
  attribute: Attribute,
  subAttribute: Attribute | undefined,
): boolean {
  if (selected.extension !== extension) return false;
  if (selected.attribute === undefined) return true;
  if (selected.attribute !== attribute) return false;
  return (
    selected.subAttribute === undefined ||
    subAttribute === undefined ||
    selected.subAttribute === subAttribute
  );
}

/** Excluding `name.givenName` excludes that part and not `name`. */
function covers(selected: Selected, subAttribute: Attribute | undefined): boolean {
  return (
    selected.attribute === undefined ||
    selected.subAttribute === undefined ||
    subAttribute !== undefined
  );
}
