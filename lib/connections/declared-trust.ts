import { Token } from 'aws-cdk-lib';
import type { TrustProps } from './trust-props';

/*
 * The same rules as those of the admin API; a test keeps them equal. Values that are only known at
 * deployment are checked there.
 */

/** Same as in `idp/federation/issuers.ts`, which constructs must not import. */
const TENANT = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const ASSERTION_ISSUER = new RegExp(
  String.raw`^https://login\.(?:microsoftonline\.(?:com|us)|partner\.microsoftonline\.cn)/` +
    String.raw`${TENANT}/v2\.0$`,
);
const BLANK_TOKEN_ISSUER = new RegExp(
  String.raw`^https://sts\.(?:windows\.net|chinacloudapi\.cn)/${TENANT}/$`,
);

const SCOPES = ['users', 'groups', 'resources'].flatMap((each) => [
  `${each}:read`,
  `${each}:read-write`,
]);

/** A trust in the form of the admin API. */
export interface DeclaredTrust {
  readonly issuer: string;
  readonly subject?: string;
  readonly audiences?: readonly string[];
  readonly scopes?: readonly string[];
  readonly accessTokenSeconds?: number;
}

/**
 * Converts a declared trust into settings of the admin API.
 * @param refuse throws an error with a problem
 */
export function declaredTrust(
  trust: TrustProps,
  refuse: (problem: string) => never,
): DeclaredTrust {
  const { issuer, subject, audiences, scopes, accessTokenLifetime } = trust;
  checkIssuer(trust, refuse);
  if (scopes?.length === 0 || scopes?.some((scope) => !SCOPES.includes(scope)) === true) {
    refuse(`trust.scopes must be some of ${SCOPES.join(', ')}.`);
  }
  const seconds = accessTokenLifetime?.toSeconds();
  if (seconds !== undefined && !(Number.isInteger(seconds) && seconds >= 3600 && seconds <= 21_600))
    refuse('trust.accessTokenLifetime must be one to six hours.');
  return {
    issuer,
    ...(subject === undefined ? {} : { subject }),
    ...(audiences === undefined ? {} : { audiences }),
    ...(scopes === undefined ? {} : { scopes }),
    ...(seconds === undefined ? {} : { accessTokenSeconds: seconds }),
  };
}

function checkIssuer(
  { issuer, subject, audiences = [] }: TrustProps,
  refuse: (problem: string) => never,
): void {
  if (Token.isUnresolved(issuer)) return;
  const isBlank = BLANK_TOKEN_ISSUER.test(issuer);
  if (!isBlank && !ASSERTION_ISSUER.test(issuer)) {
    refuse(
      `trust.issuer must be https://login.microsoftonline.com/<tenant id>/v2.0, that of a ` +
        `sovereign cloud, or https://sts.windows.net/<tenant id>/, not ${issuer}.`,
    );
  }
  if (isBlank && audiences.length > 0)
    refuse('trust.audiences must be left out: tokens of this issuer have a fixed audience.');
  if (!isBlank && (subject ?? '').trim() === '')
    refuse('trust.subject is required: the object id of the workload identity.');
  if (!isBlank && (audiences.length === 0 || audiences.length > 10))
    refuse('trust.audiences must have 1 to 10 values such as api://<application id>.');
}
