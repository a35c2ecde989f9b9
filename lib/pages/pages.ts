import { Token } from 'aws-cdk-lib';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { ENVIRONMENT } from '../../lambdas/contract';
import type { ScimServiceProviderProps } from '../scim-service-provider-props';
import type { OidcProps } from './pages-props';

type PagesProps = Pick<ScimServiceProviderProps, 'console' | 'portal'>;

/** Which pages there are. */
export interface Pages {
  readonly portal: boolean;
  readonly console: boolean;
}

/** Returns which pages the props want. */
export function pagesOf({ portal = {}, console = {} }: PagesProps): Pages {
  return { portal: portal.enabled ?? true, console: console.enabled ?? true };
}

/** Returns the environment variable that lists the pages, for the functions `admin` and `ui`. */
export function pagesVariable(props: PagesProps): Readonly<Record<string, string>> {
  const { portal, console } = pagesOf(props);
  const names = [
    ...(portal ? ['portal'] : []),
    ...(console ? ['console'] : []),
    ...(console && props.console?.oidc !== undefined ? ['openId'] : []),
  ];
  return { [ENVIRONMENT.pages]: names.join(' ') };
}

/**
 * Lets the function `admin` sign operators in and check URLs that the portal sends visitors to.
 * @throws Error for an origin or an OpenID provider that cannot be right
 */
export function configurePages(admin: LambdaFunction, props: PagesProps): void {
  for (const [name, value] of Object.entries(pagesVariable(props))) {
    admin.addEnvironment(name, value);
  }
  const { returnOrigins = [] } = props.portal ?? {};
  returnOrigins.forEach(checkOrigin);
  admin.addEnvironment(ENVIRONMENT.returnOrigins, returnOrigins.join(' '));
  const { oidc } = props.console ?? {};
  if (oidc === undefined) return;
  checkOidc(oidc);
  const { issuer, clientId, clientSecret, allowedGroups } = oidc;
  clientSecret?.grantRead(admin);
  const clientSecretArn = clientSecret?.secretArn;
  admin.addEnvironment(
    ENVIRONMENT.openId,
    JSON.stringify({
      issuer,
      clientId,
      ...(clientSecretArn === undefined ? {} : { clientSecretArn }),
      allowedGroups,
    }),
  );
}

function checkOrigin(origin: string): void {
  if (Token.isUnresolved(origin)) return;
  if (URL.canParse(origin) && new URL(origin).origin === origin) return;
  throw new Error(
    'portal.returnOrigins must be origins such as https://app.example.com, without a path or a ' +
      `slash at the end, not "${origin}".`,
  );
}

function checkOidc({ issuer, allowedGroups }: OidcProps): void {
  if (!Token.isUnresolved(issuer) && !(URL.canParse(issuer) && issuer.startsWith('https://'))) {
    throw new Error(`console.oidc.issuer must be an https URL, not "${issuer}".`);
  }
  if (allowedGroups.length === 0) {
    throw new Error(
      'console.oidc.allowedGroups must name at least one group: otherwise everybody who has an ' +
        'account at the provider would be an operator.',
    );
  }
}
