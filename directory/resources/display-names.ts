import { isObject, ownIgnoringCase, type Json } from '../../scim/json';

/** The names by which an identity provider knows a user or group. */
export interface Names {
  /** The user's `userName` or the group's `displayName`. */
  readonly name: string | undefined;
  readonly externalId: string | undefined;
}

/** Reads the names from attributes, whether as sent by the client or as stored. */
export function namesIn(attributes: Json | undefined): Names {
  if (!isObject(attributes)) return { name: undefined, externalId: undefined };
  return {
    name: singleLine(
      ownIgnoringCase(attributes, 'userName') ?? ownIgnoringCase(attributes, 'displayName'),
    ),
    externalId: singleLine(ownIgnoringCase(attributes, 'externalId')),
  };
}

/** Maximum length of a name in logs and mails. */
const MAXIMUM_LENGTH = 256;

/**
 * Returns a text on one line, as logs and mails show it: without invisible characters and tokens.
 * @returns undefined if the value is not a string or is blank
 */
export function singleLine(value: Json | undefined): string | undefined {
  if (typeof value !== 'string') return undefined;
  const line = value
    .slice(0, MAXIMUM_LENGTH)
    .toWellFormed()
    .replace(/\p{Cf}/gu, '')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  return line === '' ? undefined : withoutTokens(line);
}

/** Returns a text with the secrets of bearer tokens masked: somebody may paste one as a name. */
export function withoutTokens(text: string): string {
  return text.replace(/scim_[a-z0-9-]{1,64}_[a-z0-9]{10}_[A-Za-z0-9_-]+/g, 'scim_…');
}
