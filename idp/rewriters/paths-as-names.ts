import { ScimError } from '../../scim/errors/scim-error';
import { elementMatches } from '../../scim/filter/evaluate';
import { isArray, isObject, ownIgnoringCase, type Json, type JsonObject } from '../../scim/json';
import { LIMITS } from '../../scim/limits';
import { describedElement } from '../../scim/patch/described';
import { Draft } from '../../scim/patch/draft';
import { findPath, type AttributePath } from '../../scim/patch/path';
import { PatchWork } from '../../scim/patch/work';
import type { Attribute } from '../../scim/schema/attribute';
import type { ResourceType } from '../../scim/schema/resource-type';
import { parsedText, plainObject } from './json-text';
import type { Rewriter } from './rewriter';

/**
 * Resolves paths that are sent as member names, such as `{"name.givenName": "…"}`,
 * `{"urn:…:User:employeeNumber": "…"}` and `{"urn:…:User": {"manager.value": "…"}}`. Entra ID sends
 * them with the flag `aadOptscim062020` (entra-docs
 * `application-provisioning-config-problem-scim-compatibility.md`) and without it
 * (Captain-P-Goldfish/SCIM-SDK issue 193).
 */
export const pathsAsNames: Rewriter = {
  name: 'paths as member names',
  resource(body, type) {
    const { plain, paths } = separatePaths(body, type);
    if (paths.length === 0) return body;
    const setter = new PathSetter(type, plain);
    for (const [path, value] of paths) setter.set(path, value);
    return setter.body();
  },
  operation(operation, type) {
    const { path, value } = operation;
    if (!isObject(value)) return [operation];
    const urn = typeof path === 'string' ? type.extension(path)?.id : undefined;
    if (typeof path === 'string' && urn === undefined) return [operation];
    const { plain, paths } = separatePaths(urn === undefined ? value : { [urn]: value }, type);
    if (paths.length === 0) return [operation];
    const inside = urn === undefined ? plain : (ownIgnoringCase(plain, urn) ?? null);
    const rest = isObject(inside) ? inside : {};
    return [
      ...(Object.keys(rest).length === 0 ? [] : [{ ...operation, value: rest }]),
      ...paths.map(([name, part]) => ({ ...operation, path: name, value: part })),
    ];
  },
};

/** A body's members: those that are named by a path, also within extensions, and the others. */
interface Separated {
  readonly plain: JsonObject;
  readonly paths: readonly (readonly [string, Json])[];
}

function separatePaths(body: JsonObject, type: ResourceType): Separated {
  const plain: [string, Json][] = [];
  const paths: (readonly [string, Json])[] = [];
  const separate = (members: JsonObject, prefix: string, kept: [string, Json][]): void => {
    for (const [sent, value = null] of Object.entries(members)) {
      const urn = prefix === '' ? type.extension(sent)?.id : undefined;
      // A client may repeat the URN within the extension.
      const isQualified = sent.toLowerCase().startsWith(prefix.toLowerCase());
      const path = isQualified ? sent : prefix + sent;
      if (urn !== undefined && isObject(value)) {
        const inside: [string, Json][] = [];
        separate(value, `${urn}:`, inside);
        const isEmptied = inside.length === 0 && Object.keys(value).length > 0;
        if (!isEmptied) kept.push([nameIn(members, sent, urn), Object.fromEntries(inside)]);
      } else if (isPath(path, type, isQualified ? '' : prefix)) {
        paths.push([path, value]);
      } else {
        // Paths are resolved to the schema's spelling, so the other members need it, too.
        const canonical = urn ?? type.resolve(path)?.attribute?.name ?? sent;
        kept.push([nameIn(members, sent, canonical), value]);
      }
    }
  };
  separate(body, '', plain);
  return { plain: Object.fromEntries(plain), paths };
}

/** Returns the schema's spelling of a name, unless another member has it. */
function nameIn(members: JsonObject, sent: string, canonical: string): string {
  return Object.hasOwn(members, canonical) ? sent : canonical;
}

function isPath(path: string, type: ResourceType, prefix: string): boolean {
  if (path.length > LIMITS.filterLength || !/[.:[]/.test(path.slice(prefix.length))) return false;
  if (type.extension(path) !== undefined) return false;
  const [open, close] = [path.indexOf('['), path.lastIndexOf(']')];
  const withoutFilter = open === -1 ? path : path.slice(0, open) + path.slice(close + 1);
  return type.resolve(withoutFilter)?.attribute !== undefined;
}

/** Sets values at paths in the body of a POST or PUT, before its values are rewritten. */
class PathSetter {
  private readonly draft: Draft;
  private readonly lists = new Map<Attribute, [AttributePath, Json[]]>();
  /** The elements that paths lead to, by the path without the sub-attribute. */
  private readonly elements = new Map<string, number>();
  private readonly work = new PatchWork();

  constructor(
    private readonly type: ResourceType,
    body: JsonObject,
  ) {
    this.draft = new Draft(body);
  }

  /**
   * Sets a value. A path that cannot be read, or whose filter describes no element, is dropped.
   * @throws ScimError 413 if the paths compare too many elements
   */
  set(path: string, value: Json): void {
    const target = pathIn(this.type, path);
    if (target === undefined) return;
    const { attribute, subAttribute } = target;
    if (subAttribute === undefined && target.filter === undefined) {
      this.draft.set(target, value);
    } else if (attribute.multiValued) {
      const part = subAttribute === undefined ? value : { [subAttribute.name]: value };
      if (isObject(part)) this.setPart(target, path.slice(0, path.lastIndexOf('.')), part);
    } else if (subAttribute !== undefined) {
      const current = plainObject(this.draft.get(target) ?? null);
      const whole = isObject(current) ? current : {};
      this.draft.set(target, { ...whole, [subAttribute.name]: value });
    }
  }

  /** Returns the body with all values. */
  body(): JsonObject {
    for (const [target, list] of this.lists.values()) this.draft.set(target, list);
    return this.draft.attributes;
  }

  private setPart(target: AttributePath, place: string, part: JsonObject): void {
    const { filter } = target;
    const list = this.listAt(target);
    const described = filter === undefined ? {} : describedElement(filter);
    if (described === undefined) return;
    let index = this.elements.get(place);
    if (index === undefined) {
      this.work.spend(list.length, filter);
      const found =
        filter === undefined ? -1 : list.findIndex((element) => elementMatches(filter, element));
      index = found === -1 ? list.push(described) - 1 : found;
      this.elements.set(place, index);
    }
    const element = list[index] ?? null;
    list[index] = { ...(isObject(element) ? element : {}), ...part };
  }

  private listAt(target: AttributePath): Json[] {
    const [, known] = this.lists.get(target.attribute) ?? [];
    if (known !== undefined) return known;
    const sent = parsedText(this.draft.get(target) ?? []);
    const list = isArray(sent) ? [...sent] : [sent];
    this.lists.set(target.attribute, [target, list]);
    return list;
  }
}

function pathIn(type: ResourceType, path: string): AttributePath | undefined {
  try {
    const found = findPath(type, path);
    return found?.attribute === undefined ? undefined : found;
  } catch (error) {
    if (error instanceof ScimError) return undefined;
    throw error;
  }
}
