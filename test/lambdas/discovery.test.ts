import { profileOf } from '../../idp/profiles/registry';
import { serveDiscovery } from '../../lambdas/endpoints/discovery';
import type { RequestContext } from '../../lambdas/http/request-context';
import { ScimError } from '../../scim/errors/scim-error';
import { resourceTypesWith } from '../../scim/schema/resource-type';
import { connectionWith } from '../directory/support';

/*
 * Until an upgrade from 0.2.0 has replaced the stage of the API, its route `/{proxy+}` leads here.
 * Later routes name the endpoint.
 */

const BASE = '/v2/connections/{connectionId}';
const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';

async function answerTo(
  resource: string,
  rest: string,
  resourceId?: string,
): Promise<number | string> {
  const request = {
    method: 'GET',
    parameters: {},
    baseUrl: 'https://x',
    resource,
    rest,
    resourceId,
  };
  const context = {
    request,
    connection: connectionWith({ id: 'acme' }),
    types: resourceTypesWith([]),
    profile: profileOf('rfc'),
  } as unknown as RequestContext;
  try {
    const { body = '' } = await serveDiscovery(context, false);
    const { totalResults, id, patch } = JSON.parse(body) as Record<string, string | undefined>;
    return totalResults ?? id ?? (patch === undefined ? 'nothing' : 'config');
  } catch (error) {
    if (error instanceof ScimError) return error.status;
    throw error;
  }
}

test.each([
  ['ServiceProviderConfig', 'config'],
  ['serviceConfiguration', 'config'],
  ['ResourceTypes', 2],
  ['ResourceTypes/User', 'User'],
  ['ResourceTypes/Nothing', 404],
  ['Schemas', 6],
  [`Schemas/${USER}`, USER],
  ['Me', 501],
  ['Nothing', 404],
])('the former route answers /%s', async (rest, expected) => {
  expect(await answerTo(`${BASE}/{proxy+}`, rest)).toBe(expected);
});

test.each([
  ['/ServiceProviderConfig', undefined, 'config'],
  ['/ResourceTypes', undefined, 2],
  ['/ResourceTypes/{id}', 'Group', 'Group'],
  ['/Schemas/{id}', USER, USER],
])('the route %s answers', async (route, id, expected) => {
  expect(await answerTo(`${BASE}${route}`, '', id)).toBe(expected);
});
