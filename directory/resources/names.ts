import { isObject, ownIgnoringCase, type Json } from '../../scim/json';

/** Whom something is about, in the identity provider's own words: names that it looks people up by. */
export interface Names {
  readonly name: string | undefined;
  readonly externalId: string | undefined;
}

/** Reads the names off attributes, as they are sent or as they are stored. */
export function namesIn(attributes: Json | undefined): Names {
  if (!isObject(attributes)) return { name: undefined, externalId: undefined };
  return {
    name: singleLine(
      ownIgnoringCase(attributes, 'userName') ?? ownIgnoringCase(attributes, 'displayName'),
    ),
    externalId: singleLine(ownIgnoringCase(attributes, 'externalId')),
  };
}

/** Characters of a text that are kept. */
const LENGTH = 256;

/** A text on one line, as it is told in logs and mails; undefined for what is none, and for an empty one. */
export function singleLine(value: Json | undefined): string | undefined {
  if (typeof value !== 'string') return undefined;
  const line = value
    .slice(0, LENGTH)
    .toWellFormed()
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  return line === '' ? undefined : line;
}
