import { ENVIRONMENT } from '../contract';
import { logFailure } from '../observability/log';
import { variable } from '../runtime/environment';
import { TokenVerifier } from './token-verifier';

/** Opens the verifier of a function, with the settings in its environment. */
export function openTokenVerifier(): TokenVerifier {
  const allowsLoopback = variable(ENVIRONMENT.loopback, '') !== '';
  return new TokenVerifier(allowsLoopback, (error) => {
    logFailure(error, 'issuer');
  });
}
