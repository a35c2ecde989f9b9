import { namesIn, type Names } from '../../directory/resources/names';
import { isArray, isObject, parseJson, type Json, type JsonObject } from '../../scim/json';
import { describeTarget, type ResourceType, type ResourceTypes } from '../../scim/schema/resource-type';

/*
 * What may be said of a request that failed. Messages to the client quote what it sent, which may be anything; what is kept for others is built of names that are known.
 */

/** What a failure is about, without any value. */
export interface Subject {
  /** The attribute, as the schemas write it, or as the request does when they have none of that name. */
  readonly attribute: string | undefined;
  /** What is wrong, such as `emails must be an array`; undefined when only the cause can be told. */
  readonly expectation: string | undefined;
  /** What was sent for it: a kind of JSON, never a value. */
  readonly received: string | undefined;
}

/** Messages about one attribute that is named at their beginning, and nothing else of the request. */
const ABOUT = /^"([^"]+)" ((?:must be|is|has|would have|cannot be|needs) [A-Za-z0-9 ,:.-]+)\.$/;
const DUPLICATE = /^Another (?:User|Group) already has this ([A-Za-z]+)\.$/;
const PATH = /^Path "(.+?)": [a-z]/s;

/** The path of an attribute, with its filter, its sub-attribute, and what else there may be. */
const PATH_PARTS = /^([A-Za-z][A-Za-z0-9]{0,39})(?:\[.*\])?(?:\.([A-Za-z][A-Za-z0-9]{0,39}))?(?:[.[].*)?$/s;

/** The path of an attribute of an extension (RFC 7644 section 3.10). */
const EXTENSION_PARTS = /^(urn:.+):([^:]+)$/s;

/** Reads off a refusal what it is about. @param detail as it is answered */
export function subjectOf(detail: string, types: ResourceTypes, body: string): Subject {
  const [, named, problem] = ABOUT.exec(detail) ?? [];
  const [, duplicate] = DUPLICATE.exec(detail) ?? [];
  const [, path] = PATH.exec(detail) ?? [];
  const attribute = known(named ?? duplicate, types) ?? configured(path ?? '', types);
  const isTold = attribute !== undefined && problem !== undefined;
  return {
    attribute,
    expectation: isTold ? `${attribute} ${problem}` : undefined,
    received: isTold ? kindAt(parsed(body), attribute) : undefined,
  };
}

function known(name: string | undefined, { user, group }: ResourceTypes): string | undefined {
  if (name === undefined) return undefined;
  const target = resolved(user, name) ?? resolved(group, name);
  return target;
}

/**
 * What is kept of the path of an attribute that is not there, which is somebody's configuration: its name, behind the URN of an extension that there is, and that of a sub-attribute where
 * an attribute has some. Nothing of its filter.
 */
function configured(path: string, types: ResourceTypes): string | undefined {
  const [, urn = '', rest = ''] = EXTENSION_PARTS.exec(path) ?? [];
  const [, first, second] = PATH_PARTS.exec(urn === '' ? path : rest) ?? [];
  if (first === undefined) return undefined;
  if (urn !== '') {
    const extension = known(urn, types);
    return extension === undefined ? undefined : `${extension}:${first}`;
  }
  const isComplex = [types.user, types.group].some((type) => type.resolve(first)?.attribute?.type === 'complex');
  return second !== undefined && isComplex ? `${first}.${second}` : first;
}

function resolved(type: ResourceType, name: string): string | undefined {
  const target = type.resolve(name);
  if (target === undefined) return undefined;
  return target.attribute === undefined ? target.extension : describeTarget(target);
}

/** Of which kind the value of a core attribute is that a POST or PUT sends; undefined when that cannot be told. */
function kindAt(body: Json | undefined, attribute: string): string | undefined {
  if (!isObject(body) || 'Operations' in body) return undefined;
  const [first = '', second] = attribute.split('.');
  const value = member(body, first);
  const inner = second === undefined || !isObject(value) ? value : member(value, second);
  return second !== undefined && isArray(value) ? undefined : kindOf(inner);
}

/** Names of attributes are case-insensitive (RFC 7643 section 2.1). */
function member(object: JsonObject, name: string): Json | undefined {
  return Object.entries(object).find(([each]) => each.toLowerCase() === name.toLowerCase())?.[1];
}

function kindOf(value: Json | undefined): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (isArray(value)) return `a list of ${value.length}`;
  if (isObject(value)) return 'an object';
  return { string: 'a text', number: 'a number', boolean: 'true or false' }[
    typeof value as 'string' | 'number' | 'boolean'
  ];
}

/** The names in the body of a request. */
export function namesInBody(body: string): Names {
  return namesIn(parsed(body));
}

function parsed(body: string): Json | undefined {
  try {
    return body === '' ? undefined : parseJson(body);
  } catch {
    return undefined;
  }
}
