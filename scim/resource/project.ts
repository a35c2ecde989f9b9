import { exclusiveParameters } from '../errors/filter-errors';
import { isArray, isObject, type Json, type JsonObject } from '../json';
import type { Attribute } from '../schema/attribute';
import { describeTarget, type ResourceType, type Target } from '../schema/resource-type';

/** The attributes that a client asks for, as sent (RFC 7644 section 3.9). */
export interface ProjectionRequest {
  readonly attributes?: readonly string[];
  readonly excludedAttributes?: readonly string[];
}

/**
 * The selection of attributes that an answer shows. It follows from each attribute's `returned`
 * characteristic (RFC 7643 section 2.2) and the client's `attributes` or `excludedAttributes` (RFC
 * 7644 section 3.9).
 */
export class Projection {
  private readonly wanted: readonly Selected[] | undefined;
  private readonly excluded: readonly Selected[];

  /**
   * Resolves the requested names; names that the type does not have are ignored.
   * @throws ScimError 400 `invalidValue` if both lists are given: they are mutually exclusive (RFC
   * 7644 section 3.9)
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

  /**
   * Returns whether an attribute is shown, at least in part. Attributes that are not shown need not
   * be read.
   */
  shows(attributeName: string): boolean {
    const target = this.type.resolve(attributeName);
    return (
      target?.attribute !== undefined && this.keeps(target.extension, target.attribute, undefined)
    );
  }

  /** Returns the resource with only the selected attributes. */
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
    if (leaf.returned === 'never') return false;
    if (leaf.returned === 'always') return true;
    const named = (selected: Selected) => names(selected, extension, attribute, subAttribute);
    if (this.wanted !== undefined) return this.wanted.some(named);
    if (leaf.returned === 'request') return false;
    return !this.excluded.some((selected) => named(selected) && covers(selected, subAttribute));
  }
}

/** A name in one of the two lists, resolved: an attribute, a sub-attribute, or an extension. */
type Selected = Target | { readonly extension: string; readonly attribute: undefined };

function select(type: ResourceType, names: readonly string[]): Selected[] {
  // A client may repeat a name thousands of times.
  const targets = new Map<string, Selected>();
  for (const name of names) {
    const target = type.resolve(name.trim());
    if (target !== undefined) targets.set(selectedName(target), target);
  }
  return [...targets.values()];
}

function selectedName(selected: Selected): string {
  return selected.attribute === undefined ? selected.extension : describeTarget(selected);
}

/** Returns whether a name selects an attribute: directly, by its container, or by a part of it. */
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

/** Returns whether an excluded name covers the whole: `name.givenName` does not cover `name`. */
function covers(selected: Selected, subAttribute: Attribute | undefined): boolean {
  return (
    selected.attribute === undefined ||
    selected.subAttribute === undefined ||
    subAttribute !== undefined
  );
}
