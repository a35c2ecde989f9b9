import type { IdentityProvider } from '../profiles/registry';
import type { MappingRow } from './mapping-rows';

/*
 * The steps that connect an identity provider, in its own labels. The portal shows them with the
 * values of a connection, and `npm run docs:guides` generates docs/guides from them.
 */

/** The guide for one identity provider. */
export interface Guide {
  /** Name of its page in docs/guides. */
  readonly file: string;
  /** The full name, such as `Microsoft Entra ID`. */
  readonly title: string;
  /** The name in sentences, such as `Entra ID`. */
  readonly name: string;
  /** A short text in place of a logo, such as `Ok`. */
  readonly mark: string;
  /** A few words about it, for the choice of an identity provider. */
  readonly about: string;
  /** The role that the administrator needs there. */
  readonly role: string;
  /** About how long it takes. */
  readonly duration: string;
  /** The identity provider's own attribute for each row of the mapping; missing if it has none. */
  readonly mapping: Readonly<Partial<Record<MappingRow['path'], string>>>;
  readonly sections: readonly Section[];
  /** Problems that administrators of the identity provider see, and how to fix them. */
  readonly troubleshooting: readonly Block[];
  /** How to replace the token. */
  readonly rotation: readonly Block[];
  /** Markdown links. */
  readonly sources: readonly string[];
}

/** A step. */
export interface Section {
  readonly title: string;
  /** The screen of the portal that shows it: the connection, the first sync, or none. */
  readonly on: 'connect' | 'start' | 'docs';
  readonly blocks: readonly Block[];
}

/** A part of a step. */
export type Block =
  /** Markdown; see `text`. */
  | string
  /** Values to fill in. */
  | { readonly fields: readonly Field[] }
  /** The mapping table: all of `MAPPING_ROWS`, with the identity provider's attributes. */
  | { readonly mappingTable: true }
  /** Markdown for connections that take users only, or for those that also take groups. */
  | { readonly usersOnly: string }
  | { readonly withGroups: string }
  /** Markdown for connections with attributes of their own. */
  | { readonly customAttributes: string }
  | { readonly code: string; readonly language: string }
  | { readonly columns: readonly string[]; readonly rows: readonly (readonly string[])[] };

/** A field of a form in the identity provider. */
export interface Field {
  readonly label: string;
  /** The connection's base URL or token, or Markdown. */
  readonly value:
    { readonly is: 'baseUrl' } | { readonly is: 'token'; readonly prefix?: string } | string;
}

/** The base URL of the connection. */
export const BASE_URL = { is: 'baseUrl' } as const;

/** The token of the connection. */
export const TOKEN = { is: 'token' } as const;

/** The guides by identity provider. */
export type Guides = Readonly<Record<IdentityProvider, Guide>>;

/** Returns the parts of a step that a connection needs. */
export function blocksFor(
  blocks: readonly Block[],
  { groups, schemas }: { readonly groups: boolean; readonly schemas: readonly unknown[] },
): readonly Block[] {
  return blocks.filter((block) => {
    if (typeof block === 'string') return true;
    if ('usersOnly' in block) return !groups;
    if ('withGroups' in block) return groups;
    return 'customAttributes' in block ? schemas.length > 0 : true;
  });
}

/** Lines that begin with one of these are not joined to the line before. */
const BEGINNING = /^\s*(?:- |\d+\. )/;

/**
 * Returns Markdown whose lines may be wrapped in the source: a line that begins no list item is
 * joined to the line before.
 */
export function text(parts: TemplateStringsArray): string {
  const lines = parts
    .join('')
    .split('\n')
    .map((line) => line.trim());
  const joined = lines.reduce<readonly string[]>((result, line) => {
    const last = result.at(-1) ?? '';
    const isOwn = line === '' || last === '' || BEGINNING.test(line);
    return isOwn ? [...result, line] : [...result.slice(0, -1), `${last} ${line}`];
  }, []);
  return joined.join('\n').trim();
}
