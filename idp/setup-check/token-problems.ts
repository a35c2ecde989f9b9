import { consoleLabelsOf } from '../explanations/console';
import { capitalized } from '../explanations/text';
import { TOKEN_PROBLEM_CODES, type SetupFacts, type TokenProblemCode } from './setup-facts';

/** The live check's words about a token. `{idp}` stands for the identity provider. */
interface TokenProblemText {
  readonly title: string;
  readonly text: string;
}

const PASTE = 'Paste the whole token into {idp} again. If you no longer have it, create a new one.';

const TEXTS: Readonly<Record<TokenProblemCode, TokenProblemText>> = {
  noHeader: {
    title: 'No token',
    text: '{idp} sent no token. Choose bearer token as the authentication method, and paste it.',
  },
  noToken: {
    title: 'Wrong authentication method',
    text: '{idp} sent other credentials than a bearer token. Choose bearer token, and paste it.',
  },
  otherConnection: {
    title: 'Token of another connection',
    text: 'This token is of another connection. Paste the token of the connection in the URL.',
  },
  foreignToken: {
    title: 'Wrong token',
    text: `The value that {idp} sent is not a token of this service. ${PASTE}`,
  },
  incomplete: { title: 'Wrong token', text: `The token was cut off. ${PASTE}` },
  wrongSecret: {
    title: 'Wrong token',
    text: `Some characters of the token differ from those that were issued. ${PASTE}`,
  },
  unknownToken: {
    title: 'Wrong token',
    text: `This token does not exist, or it ended long ago. ${PASTE}`,
  },
  unknownAccessToken: {
    title: 'Unknown access token',
    text:
      'The access token is not of this connection, or its client was removed. Paste the client ' +
      'id and the client secret into {idp} again.',
  },
  expiredAccessToken: {
    title: 'Access token expired',
    text:
      '{idp} goes on using an access token that has expired. Paste the client id, the client ' +
      'secret and the token endpoint into {idp}, not an access token.',
  },
  noTrust: {
    title: 'Secret Token is blank',
    text: '{idp} sent a token of its own, and this connection does not accept them. Paste a token.',
  },
  assertionWithoutTrust: {
    title: 'No trust',
    text:
      '{idp} sent an assertion of its own, and this connection trusts no issuer yet. Create the ' +
      'trust on the page OAuth.',
  },
  assertionOfAnother: {
    title: 'Another application or tenant',
    text:
      'The token of {idp} is of another tenant, workload or application than this connection ' +
      'expects. Compare them, and create the trust again on the page OAuth; if the operators ' +
      'have set it, ask them.',
  },
  assertionInvalid: {
    title: 'Token not valid',
    text:
      'The token of {idp} has expired, or its signature is not valid. Try again. If it is ' +
      'refused again, ask the operators: the log says which check failed.',
  },
  issuerUnavailable: {
    title: 'Keys not available',
    text:
      'The keys that {idp} signs its tokens with cannot be read at the moment. Try again in a ' +
      'few minutes.',
  },
  clientUnknown: {
    title: 'Unknown client',
    text: 'This connection has no client with the id that {idp} sent. Paste the client id again.',
  },
  noSecret: {
    title: 'Wrong client secret',
    text: 'The client secret that {idp} sent is not one of this service. Paste it again.',
  },
  wrongClientSecret: {
    title: 'Wrong client secret',
    text: 'The client secret that {idp} sent is not one of its client. Paste it again.',
  },
  expiredSecret: {
    title: 'Client secret expired',
    text: 'The client secret has expired. Create a new one, and paste it into {idp}.',
  },
  invalidRequest: {
    title: 'Wrong request for a token',
    text:
      'The request of {idp} for an access token has wrong settings. Paste the token endpoint ' +
      'again, and leave out scopes. The log says what is wrong.',
  },
};

/** Says what is wrong with a token, and what to do. @returns undefined for another problem */
export function describeTokenProblem(
  { tokenProblem, missing }: SetupFacts,
  identityProvider: string,
): TokenProblemText | undefined {
  const code = TOKEN_PROBLEM_CODES.find((each) => each === tokenProblem);
  if (code === undefined) return undefined;
  const { title, text } = TEXTS[code];
  const counted =
    missing === undefined
      ? text
      : text.replace('was cut off', `is ${missing} character${missing === 1 ? '' : 's'} too short`);
  const filled = counted.replaceAll('{idp}', consoleLabelsOf(identityProvider).name);
  return { title, text: capitalized(filled) };
}
