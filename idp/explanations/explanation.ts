import { ERROR_CODES } from '../../scim/errors/scim-error';
import type { IdentityProvider } from '../profiles/registry';

/**
 * The reasons that the provisioning log and the mails explain, in the order of the documentation:
 * the codes of failed requests, clients that were refused, attributes that were ignored, and mails
 * that could not be sent.
 */
const OTHER_CAUSES = ['clientRefused', 'ignoredAttribute', 'mailNotSent'] as const;
export const CAUSES = [...ERROR_CODES, ...OTHER_CAUSES] as const;
export type Cause = (typeof CAUSES)[number];

/**
 * An explanation for the people who administer an identity provider. The placeholders `{attribute}`
 * and `{idp}` stand for the attribute concerned and the identity provider's name, `{tokenField}`
 * and `{test}` for the labels of its console.
 */
export interface Explanation {
  /** A few words, without a full stop. */
  readonly title: string;
  /** The failure in one or two sentences. */
  readonly meaning: string;
  /** The steps that resolve it. */
  readonly remedy: string;
  /**
   * The steps for people who administer the identity provider and have no access to this service;
   * by default the same.
   */
  readonly forCustomers?: string;
  /** Remedies in the terms of an identity provider's own console. */
  readonly remedies?: Readonly<Partial<Record<IdentityProvider, string>>>;
}

/** Who reads an explanation: those who operate this service, or customers of theirs. */
export type Audience = 'operator' | 'customer';

/** Explanations of some of the causes. */
export type Explanations<Explained extends Cause> = Readonly<Record<Explained, Explanation>>;
