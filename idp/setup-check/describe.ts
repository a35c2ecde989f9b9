import { consoleLabelsOf } from '../explanations/console';
import { explain } from '../explanations/explanations';
import { capitalized } from '../explanations/text';
import { connectionTestText } from './connection-tests';
import type { SetupFacts } from './setup-facts';
import { describeTokenProblem } from './token-problems';

/** A request in the words of the live check. */
export interface SetupStep {
  readonly at: string;
  /** The kind of request: a connection test, a user, a problem, or something else. */
  readonly kind: 'test' | 'user' | 'problem' | 'declined' | 'other';
  readonly title: string;
  readonly text: string;
  /** A word for its result. */
  readonly result: 'OK' | 'Declined' | 'Refused' | 'Failed';
}

/** Result of the live check: the requests in words, newest first, and what they show. */
export interface SetupCheck {
  readonly steps: readonly SetupStep[];
  /** The latest connection test that succeeded. */
  readonly test: SetupStep | undefined;
  /** The latest request that created or changed a user. */
  readonly user: SetupStep | undefined;
  /** The latest problem, unless a later request shows that it is solved. */
  readonly problem: SetupStep | undefined;
}

/** Describes the requests of a setup. @param requests newest first */
export function describeSetup(
  requests: readonly SetupFacts[],
  identityProvider: string,
): SetupCheck {
  const steps = requests.map((facts, index): SetupStep => {
    // JumpCloud's test creates a user and deletes it again.
    const isOfTest = identityProvider === 'jumpcloud' && isDeletedIn(requests, index);
    return isOfTest && facts.status < 300
      ? step(facts, 'test', 'Test user', 'JumpCloud created, changed or deleted its test user.')
      : describeRequest(facts, identityProvider);
  });
  const latest = (kind: SetupStep['kind']): SetupStep | undefined =>
    steps.find((each) => each.kind === kind);
  const isSolved = (index: number): boolean =>
    steps.slice(0, index).some(({ kind }) => kind === 'test' || kind === 'user') ||
    // A later request that was not refused had a valid token.
    (isRefused(requests[index]) && !requests.slice(0, index).every(isRefused));
  return {
    steps,
    test: latest('test'),
    user: latest('user'),
    problem: steps.find(({ kind }, index) => kind === 'problem' && !isSolved(index)),
  };
}

/** Returns whether a request had no valid token, or asked for one in vain. */
function isRefused(facts: SetupFacts | undefined): boolean {
  return facts?.status === 401 || facts?.tokenProblem !== undefined;
}

/** Returns whether the user or group of a request was deleted by it or after it. */
function isDeletedIn(requests: readonly SetupFacts[], index: number): boolean {
  const id = requests[index]?.resourceId;
  return (
    id !== undefined &&
    requests
      .slice(0, index + 1)
      .some(({ method, resourceId }) => method === 'DELETE' && resourceId === id)
  );
}

function describeRequest(facts: SetupFacts, identityProvider: string): SetupStep {
  const { name: provider } = consoleLabelsOf(identityProvider);
  const idp = capitalized(provider);
  const token = describeTokenProblem(facts, identityProvider);
  if (token !== undefined) return step(facts, 'problem', token.title, token.text, 'Refused');
  const isMissing = facts.status === 404 && facts.method === 'GET' && facts.cause === 'notThere';
  if (facts.status >= 400 && !isMissing) return failed(facts, identityProvider);
  if (facts.route.endsWith('/oauth2/token')) {
    return step(facts, 'other', 'Access token issued', `${idp} asked for an access token.`);
  }
  const test = connectionTestText(facts, identityProvider);
  if (test !== undefined) return step(facts, 'test', 'Test connection', test);
  if (facts.route.endsWith('/Bulk')) {
    return step(facts, 'other', 'Changes received', `${idp} sent several changes at once.`);
  }
  if (isDiscovery(facts.route)) {
    return step(facts, 'other', 'Capabilities read', `${idp} read what this service supports.`);
  }
  const thing = thingAt(facts.route);
  const name = facts.name ?? `a ${thing}`;
  const kind = thing === 'user' ? 'user' : 'other';
  switch (facts.route.endsWith('/.search') ? 'GET' : facts.method) {
    case 'POST':
      return step(facts, kind, `${capitalized(thing)} received`, `${idp} created ${name}.`);
    case 'PUT':
    case 'PATCH':
      return step(facts, kind, `${capitalized(thing)} changed`, `${idp} changed ${name}.`);
    case 'DELETE':
      return step(facts, 'other', `${capitalized(thing)} deleted`, `${idp} deleted a ${thing}.`);
    default:
      return step(facts, 'other', `${capitalized(thing)} looked up`, lookupText(facts, idp, thing));
  }
}

function isDiscovery(route: string): boolean {
  return /\/(?:ServiceProviderConfig|ResourceTypes|Schemas|\{proxy\+\})/.test(route);
}

/** Returns what the resources at a route are. */
function thingAt(route: string): string {
  if (/\/Users\b/.test(route)) return 'user';
  return /\/Groups\b/.test(route) ? 'group' : 'resource';
}

function lookupText(facts: SetupFacts, idp: string, thing: string): string {
  if (facts.lookup === undefined) return `${idp} read one ${thing} or a list.`;
  const found = facts.results === 0 ? 'It is not here yet.' : 'It is here.';
  return `${idp} looked for a ${thing} by ${facts.lookup.attribute}. ${found}`;
}

function failed(facts: SetupFacts, identityProvider: string): SetupStep {
  const { title, meaning, remedy } = explain(
    facts.cause ?? 'fault',
    identityProvider,
    facts.attribute,
    'customer',
  );
  const text = `${meaning} ${remedy}`;
  if (facts.status === 501) return step(facts, 'declined', title, text, 'Declined');
  const isRefused = facts.status === 401 || facts.status === 403;
  return step(facts, 'problem', title, text, isRefused ? 'Refused' : 'Failed');
}

function step(
  { at }: SetupFacts,
  kind: SetupStep['kind'],
  title: string,
  text: string,
  result: SetupStep['result'] = 'OK',
): SetupStep {
  return { at, kind, title, text, result };
}
