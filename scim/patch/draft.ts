import { isObject, type Json, type JsonObject } from '../json';
import type { Attributes } from '../resource/parse';
import type { Attribute } from '../schema/attribute';
import type { Target } from '../schema/resource-type';

/**
 * A working copy of a resource's attributes. The original is never changed: extensions are copied
 * before their first change, and values are replaced, not changed in place.
 */
export class Draft {
  /** The attributes with all changes so far. */
  readonly attributes: Record<string, Json | undefined>;
  /** The attributes that were set, also if they are unassigned now. */
  readonly touched = new Map<Attribute, Pick<Target, 'extension' | 'attribute'>>();
  private readonly copied = new Map<string, Record<string, Json | undefined>>();

  /** @param stored the attributes to start from */
  constructor(stored: Attributes) {
    this.attributes = { ...stored };
  }

  /** Returns the value of an attribute; undefined if it is unassigned. */
  get({ extension, attribute }: Pick<Target, 'extension' | 'attribute'>): Json | undefined {
    if (extension === undefined) return this.attributes[attribute.name];
    const container = this.attributes[extension];
    return isObject(container) ? container[attribute.name] : undefined;
  }

  /**
   * Sets an attribute, or unassigns it. An extension is removed together with its last attribute.
   */
  set(
    { extension, attribute }: Pick<Target, 'extension' | 'attribute'>,
    value: Json | undefined,
  ): void {
    this.touched.set(attribute, { extension, attribute });
    if (extension === undefined) {
      assign(this.attributes, attribute.name, value);
      return;
    }
    const container = this.container(extension);
    assign(container, attribute.name, value);
    if (Object.keys(container).length === 0) this.remove(extension);
    else this.attributes[extension] = container;
  }

  /** Removes a whole extension. */
  remove(extension: string): void {
    this.copied.delete(extension);
    Reflect.deleteProperty(this.attributes, extension);
  }

  private container(extension: string): Record<string, Json | undefined> {
    const copied = this.copied.get(extension);
    if (copied !== undefined) return copied;
    const stored = this.attributes[extension];
    const copy: JsonObject = isObject(stored) ? { ...stored } : {};
    const container: Record<string, Json | undefined> = copy;
    this.copied.set(extension, container);
    return container;
  }
}

function assign(
  container: Record<string, Json | undefined>,
  name: string,
  value: Json | undefined,
): void {
  if (value !== undefined) container[name] = value;
  else Reflect.deleteProperty(container, name);
}
