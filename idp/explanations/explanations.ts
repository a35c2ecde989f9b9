import { ACCESS_EXPLANATIONS } from './access';
import { consoleLabelsOf } from './console';
import {
  CAUSES,
  type Audience,
  type Cause,
  type Explanation,
  type Explanations,
} from './explanation';
import { REQUEST_EXPLANATIONS } from './requests';
import { capitalized } from './text';
import { VALUE_EXPLANATIONS } from './values';

/** Shared by the provisioning log, the mails and docs/operations/troubleshooting.md. */
const EXPLANATIONS: Explanations<Cause> = {
  ...ACCESS_EXPLANATIONS,
  ...VALUE_EXPLANATIONS,
  ...REQUEST_EXPLANATIONS,
};

/** An explanation with its placeholders filled in. */
export interface Explained {
  readonly title: string;
  readonly meaning: string;
  readonly remedy: string;
}

/**
 * Explains a cause to the administrators of a connection.
 * @param cause one of `CAUSES`; an unknown one, written by a later version, is explained as a fault
 * @param identityProvider the connection's, whose own remedy is preferred
 * @param attribute the attribute concerned
 * @param audience who reads it
 */
export function explain(
  cause: string,
  identityProvider: string,
  attribute: string | undefined,
  audience: Audience = 'operator',
): Explained {
  const { title, meaning, remedy, remedies, forCustomers } = explanationOf(cause);
  const own = Object.entries(remedies ?? {}).find(([name]) => name === identityProvider)?.[1];
  const chosen = audience === 'customer' && forCustomers !== undefined ? forCustomers : own;
  const { name, tokenField, test } = consoleLabelsOf(identityProvider);
  const fill = (text: string): string => {
    const filled = text
      .replaceAll('{attribute}', attribute ?? 'an attribute')
      .replaceAll('{idp}', name)
      .replaceAll('{tokenField}', tokenField)
      .replaceAll('{test}', test);
    // An attribute's name keeps its case at the start of a sentence.
    if (attribute !== undefined && text.startsWith('{attribute}')) return filled;
    return capitalized(filled);
  };
  return { title: fill(title), meaning: fill(meaning), remedy: fill(chosen ?? remedy) };
}

/** Returns an explanation with its placeholders. */
export function explanationOf(cause: string): Explanation {
  const found = CAUSES.find((each) => each === cause);
  return EXPLANATIONS[found ?? 'fault'];
}
