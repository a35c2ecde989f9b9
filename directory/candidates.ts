import { createHash } from 'node:crypto';
import { ambiguousAdoption } from '../scim/errors/resource-errors';
import { valuesAt } from '../scim/filter/evaluate';
import { asText, isArray, type Json } from '../scim/json';
import type { Attributes } from '../scim/resource/parse';
import { USER } from '../scim/schema/resource-type';
import type { GuardedWrite } from './resources/guarded-write';
import { keyFormsOf } from './resources/unique-and-indexed-values';
import { numberOf, textOf, type Item, type Key } from './store/item';
import {
  candidatePartition,
  candidateValuePartition,
  conflictPartition,
  entriesOfPartition,
} from './store/keys';
import type { Table } from './store/table';
import { newVersion } from './store/version';
import { ABSENT, type Condition, type Write } from './store/write';

/*
 * Candidates are users that the application had before its identity provider was connected. They
 * are not users of the directory: neither lookups nor uniqueness know them. When the identity
 * provider creates a user that matches one, the user adopts it.
 */

/** Which candidates a new user may adopt. */
export const ADOPTION_POLICIES = ['off', 'externalId', 'userName', 'verifiedEmail'] as const;
export type AdoptionPolicy = (typeof ADOPTION_POLICIES)[number];

/** How a connection adopts candidates. */
export interface Adoption {
  readonly adoption: AdoptionPolicy;
  /** Domains whose addresses the policy `verifiedEmail` trusts, in lower case. */
  readonly verifiedDomains: readonly string[];
}

/** A user that the application has. */
export interface Candidate {
  readonly applicationId: string;
  readonly email?: string;
  readonly userName?: string;
  readonly externalId?: string;
}

/** A user that the identity provider could not create because several candidates match. */
export interface Conflict {
  /** RFC 3339: the last attempt. */
  readonly at: string;
  readonly userName: string;
  readonly externalId?: string;
  readonly applicationIds: readonly string[];
}

/** How long a conflict is kept after the last attempt, in seconds. */
const CONFLICT_SECONDS = 30 * 86_400;

/** Attributes by which candidates are found, as the keys of the directory name them. */
const ATTRIBUTES = {
  externalId: 'externalId',
  userName: 'userName',
  email: 'emails.value',
} as const;
type CandidateAttribute = keyof typeof ATTRIBUTES;
const ATTRIBUTE_NAMES: readonly CandidateAttribute[] = ['externalId', 'userName', 'email'];

/** The candidates of a connection. */
export class Candidates {
  constructor(
    private readonly table: Table,
    private readonly connection: string,
  ) {}

  /**
   * Registers candidates, or changes those with the same `applicationId`. One that was adopted
   * stays as it is.
   * @returns how many were registered, changed or left as they were
   */
  async put(candidates: readonly Candidate[]): Promise<number> {
    let changed = 0;
    for (const candidate of candidates) {
      if (await this.putOne(candidate)) changed += 1;
    }
    return changed;
  }

  /** @returns false if the candidate was adopted */
  private async putOne(candidate: Candidate): Promise<boolean> {
    for (let attempt = 1; ; attempt += 1) {
      const before = await this.find(candidate.applicationId);
      if (before !== undefined && isAdopted(before)) return false;
      const old = before === undefined ? [] : this.valueKeys(candidateFromItem(before));
      const now = this.valueKeys(candidate);
      const kept = new Set(now.map(({ pk }) => pk));
      const item = { ...this.keyOf(candidate.applicationId), ...candidate, version: newVersion() };
      const failed = await this.table.write([
        { put: item, condition: unchanged(before) },
        ...old.filter(({ pk }) => !kept.has(pk)).map((key): Write => ({ delete: key })),
        ...now.map((key): Write => ({ put: { ...key } })),
      ]);
      if (failed.length === 0) return true;
      await this.table.retries.pause(attempt);
    }
  }

  /** Removes a candidate. @returns false if there is none */
  async remove(applicationId: string): Promise<boolean> {
    for (let attempt = 1; ; attempt += 1) {
      const item = await this.find(applicationId);
      if (item === undefined) return false;
      const failed = await this.table.write([
        { delete: this.keyOf(applicationId), condition: unchanged(item) },
        ...this.valueKeys(candidateFromItem(item)).map((key): Write => ({ delete: key })),
      ]);
      if (failed.length === 0) return true;
      await this.table.retries.pause(attempt);
    }
  }

  /**
   * Returns the application's id of the candidate that a new user adopts.
   * @returns undefined if no candidate matches
   * @throws ScimError 409 `uniqueness` if several match; the conflict is recorded
   */
  async matching(attributes: Attributes, rules: Adoption): Promise<string | undefined> {
    const values = valuesOf(attributes, rules);
    const pages = await Promise.all(
      values.map(({ name, value }) =>
        this.table.query(this.valuePartition(name, value), { limit: 10 }),
      ),
    );
    const found = [...new Set(pages.flatMap(({ items }) => items.map(({ sk }) => sk)))].sort();
    if (found.length > 1) {
      await this.recordConflict(attributes, found);
      throw ambiguousAdoption(found.length);
    }
    return found[0];
  }

  /**
   * Creates the writes with which a new user adopts a candidate. Afterwards no other user matches
   * it, and erasing the user strips it.
   * @returns undefined if the candidate was adopted or removed meanwhile
   */
  async adoptionWrites(
    applicationId: string,
    userId: string,
  ): Promise<readonly GuardedWrite[] | undefined> {
    const item = await this.find(applicationId);
    if (item === undefined || isAdopted(item)) return undefined;
    return [
      {
        write: {
          put: {
            ...item,
            adoptedBy: userId,
            entry: 'candidate',
            gsi1pk: entriesOfPartition(this.connection, userId),
            gsi1sk: applicationId,
            version: newVersion(),
          },
          condition: unchanged(item),
        },
      },
      ...this.valueKeys(candidateFromItem(item)).map((key) => ({
        // Two users must not adopt the same candidate.
        write: { delete: key, condition: { is: 'present' } } as const,
      })),
    ];
  }

  /** Yields the conflicts, in no order. */
  async *conflicts(): AsyncGenerator<Conflict, void> {
    for await (const item of this.table.queryAll(conflictPartition(this.connection))) {
      if (numberOf(item, 'ttl') * 1000 > Date.now()) yield conflictFromItem(item);
    }
  }

  /** Creates the write that removes the conflict of a user who exists now, or is erased. */
  conflictRemoval(attributes: Attributes): Write {
    return { delete: this.conflictKey(attributes) };
  }

  private async recordConflict(
    attributes: Attributes,
    applicationIds: readonly string[],
  ): Promise<void> {
    const { userName, externalId } = attributes;
    const item = {
      ...this.conflictKey(attributes),
      at: new Date().toISOString(),
      userName: asText(userName),
      ...(typeof externalId === 'string' ? { externalId } : {}),
      applicationIds: [...applicationIds],
      ttl: Math.ceil(Date.now() / 1000) + CONFLICT_SECONDS,
    };
    await this.table.write([{ put: item }]);
  }

  /** Identity providers repeat a failed creation: it is one conflict. */
  private conflictKey({ userName }: Attributes): Key {
    const folded = asText(userName).trim().toLowerCase();
    const sk = createHash('sha256').update(folded).digest('base64url');
    return { pk: conflictPartition(this.connection), sk };
  }

  private async find(applicationId: string): Promise<Item | undefined> {
    return this.table.get(this.keyOf(applicationId));
  }

  private keyOf(applicationId: string): Key {
    return { pk: candidatePartition(this.connection), sk: applicationId };
  }

  private valueKeys(candidate: Candidate): readonly Key[] {
    return candidateValueKeys(this.connection, candidate);
  }

  private valuePartition(name: CandidateAttribute, value: string): string {
    return valuePartitionOf(this.connection, name, value);
  }
}

/** The condition that a candidate is still as it was read. */
function unchanged(item: Item | undefined): Condition {
  return item === undefined ? ABSENT : { is: 'version', version: textOf(item, 'version') };
}

function valuePartitionOf(connection: string, name: CandidateAttribute, value: string): string {
  const attribute = USER.indexed.find((each) => each.name === ATTRIBUTES[name]);
  const folded = attribute === undefined ? value : keyFormsOf(attribute, value).current;
  return candidateValuePartition(connection, name, folded);
}

/** Returns the keys of the items that lead to a candidate. */
export function candidateValueKeys(connection: string, candidate: Candidate): readonly Key[] {
  return ATTRIBUTE_NAMES.flatMap((name) => {
    const value = candidate[name];
    if (value === undefined || value.trim() === '') return [];
    return [{ pk: valuePartitionOf(connection, name, value), sk: candidate.applicationId }];
  });
}

/** Returns the values of a new user that a policy compares. */
function valuesOf(
  attributes: Attributes,
  { adoption, verifiedDomains }: Adoption,
): readonly { readonly name: CandidateAttribute; readonly value: string }[] {
  const textsOf = (name: CandidateAttribute): readonly string[] => {
    const attribute = USER.indexed.find((each) => each.name === ATTRIBUTES[name]);
    const values = attribute === undefined ? [] : valuesAt(attributes, attribute.target);
    return values.map(asText).filter((value) => value.trim() !== '');
  };
  switch (adoption) {
    case 'off':
      return [];
    case 'externalId':
    case 'userName':
      return textsOf(adoption).map((value) => ({ name: adoption, value }));
    case 'verifiedEmail':
      return textsOf('email')
        .filter((value) => verifiedDomains.includes(domainOf(value)))
        .map((value) => ({ name: 'email', value }));
  }
}

function domainOf(email: string): string {
  return email.trim().toLowerCase().split('@').at(-1) ?? '';
}

/** Reads the item of a candidate. */
export function candidateFromItem(item: Item): Candidate {
  const text = (name: CandidateAttribute): Partial<Candidate> =>
    typeof item[name] === 'string' ? { [name]: item[name] } : {};
  return { applicationId: item.sk, ...text('externalId'), ...text('userName'), ...text('email') };
}

/** Returns whether a candidate was adopted: nothing leads to it any more. */
export function isAdopted(item: Item): boolean {
  return item['adoptedBy'] !== undefined;
}

function conflictFromItem(item: Item): Conflict {
  const { externalId } = item;
  const ids: Json | undefined = item['applicationIds'];
  return {
    at: textOf(item, 'at'),
    userName: textOf(item, 'userName'),
    ...(typeof externalId === 'string' ? { externalId } : {}),
    applicationIds: isArray(ids) ? ids.map(asText) : [],
  };
}
