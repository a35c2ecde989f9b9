import { CONSOLE_PATH, PORTAL_PATH } from '../../lambdas/contract';
import { METADATA_ROUTE, ROUTES, SECURITY_EVENT_ROUTES, type Route } from '../../lambdas/routes';
import { pagesOf } from '../pages/pages';
import type { ScimServiceProviderProps } from '../scim-service-provider-props';

/**
 * Returns the routes of a service provider, without those of pages and security events that are
 * switched off, and without the metadata of token endpoints unless the API has the root of a host:
 * the URL of a stage does not reach it.
 */
export function routesOf(
  props: Pick<ScimServiceProviderProps, 'portal' | 'console' | 'domain' | 'securityEvents'>,
): readonly Route[] {
  const { portal, console } = pagesOf(props);
  const { domain, securityEvents } = props;
  const hasRoot = domain !== undefined && domain.basePath === undefined;
  const off = [
    ...(portal ? [] : [PORTAL_PATH]),
    ...(console ? [] : [CONSOLE_PATH]),
    ...(hasRoot ? [] : [METADATA_ROUTE.path]),
    ...(securityEvents === undefined ? SECURITY_EVENT_ROUTES.map(({ path }) => path) : []),
  ];
  return ROUTES.filter(
    ({ path }) => !off.some((base) => path === base || path.startsWith(`${base}/`)),
  );
}
