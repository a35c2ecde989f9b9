import type { IdentityProvider } from '../profiles/registry';
import type { SetupFacts } from './setup-facts';

/** Recognizes a successful request of an identity provider's connection test. */
interface ConnectionTest {
  readonly matches: (facts: SetupFacts) => boolean;
  /** The request in words, as the live check shows it. */
  readonly text: string;
}

const isUsers = ({ method, route }: SetupFacts): boolean =>
  method === 'GET' && route.endsWith('/Users');

/** A read request, for identity providers whose test is not known. */
const ANY_READ: ConnectionTest = {
  matches: ({ method }) => method === 'GET',
  text: 'A first request arrived and got the right answer.',
};

const TESTS: Readonly<Record<IdentityProvider, ConnectionTest>> = {
  // A user name that is a random UUID, also at the start of each cycle (AzureAD/SCIMReferenceCode
  // issue 63).
  entra: {
    matches: ({ method, lookup, results }) =>
      method === 'GET' && lookup?.isRandom === true && results === 0,
    text: 'Entra ID looked for a user that does not exist and got the right answer.',
  },
  // The test always sends `count=2`; all other requests send 100.
  okta: {
    matches: (facts) =>
      isUsers(facts) && facts.lookup === undefined && facts.count !== undefined && facts.count <= 2,
    text: 'Okta asked for the first users and got the right answer.',
  },
  jumpcloud: {
    matches: isUsers,
    text: 'JumpCloud looked for its test user and got the right answer.',
  },
  // The test looks for a user name that does not exist (developers.onelogin.com/scim).
  onelogin: {
    matches: (facts) => isUsers(facts) && facts.results === 0,
    text: 'OneLogin looked for a user that does not exist and got the right answer.',
  },
  google: ANY_READ,
  ping: ANY_READ,
  generic: ANY_READ,
  rfc: ANY_READ,
};

/**
 * Returns what a request of a connection test did.
 * @returns undefined for any other request
 */
export function connectionTestText(
  facts: SetupFacts,
  identityProvider: string,
): string | undefined {
  if (facts.status >= 300) return undefined;
  const [, test] = Object.entries(TESTS).find(([name]) => name === identityProvider) ?? [];
  const { matches, text } = test ?? ANY_READ;
  return matches(facts) ? text : undefined;
}
