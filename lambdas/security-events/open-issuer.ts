import { ENVIRONMENT } from '../contract';
import { variable } from '../runtime/environment';
import { SigningKeys } from './signing-keys';
import { TokenIssuer } from './token-issuer';

/** The keys of this deployment, and the issuer that signs tokens with them. */
export interface SecurityEvents {
  readonly keys: SigningKeys;
  readonly issuer: TokenIssuer;
}

/** Returns what signs security event tokens; undefined if the deployment sends none. */
export function openSecurityEvents(): SecurityEvents | undefined {
  const arns = variable(ENVIRONMENT.signingKeys, '').split(',').filter(Boolean);
  if (arns.length === 0) return undefined;
  const keys = new SigningKeys(arns);
  return { keys, issuer: new TokenIssuer(variable(ENVIRONMENT.scimUrl), keys) };
}
