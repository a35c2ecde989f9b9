import { isObject, type Json, type JsonObject } from '../json';
import type { Attributes } from '../resource/parse';
import type { Target } from '../schema/resource-type';

/**
 * Attributes while operations are applied to them. What it was made from stays as it is: containers are copied before the first change, values are
 * replaced and never changed.
 */
export class Draft {
  readonly attributes: Record<string, Json | undefined>;
  private readonly copied = new Map<string, Record<string, Json | undefined>>();

  constructor(stored: Attributes) {
    this.attributes = { ...stored };
  }

  /** The value of an attribute. */
  get({ extension, attribute }: Pick<Target, 'extension' | 'attribute'>): Json | undefined {
    if (extension === undefined) return this.attributes[attribute.name];
    const container = this.attributes[extension];
    return isObject(container) ? container[attribute.name] : undefined;
  }

  /** Sets an attribute, or unassigns it; an extension without attributes goes with its last one. */
  set(
    { extension, attribute }: Pick<Target, 'extension' | 'attribute'>,
    value: Json | undefined,
  ): void {
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
