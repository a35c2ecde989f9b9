import {
  asProperties,
  asText,
  member,
  referenced,
  type Part,
  type Properties,
  type Template,
  type TemplateResource,
} from './template';

/** Route of the REST API in the template. */
export interface LocalRoute {
  /** Resource path as in API Gateway: `/v2/connections/{connectionId}/Users/{id}`. */
  readonly resource: string;
  /** `ANY` for every method. */
  readonly method: string;
  readonly authorizationType: string;
  /** Logical ID of the function. */
  readonly functionId: string;
}

/** Response that API Gateway generates itself. */
export interface GatewayResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface RouteMatch {
  readonly route: LocalRoute;
  readonly pathParameters: Readonly<Record<string, string>>;
}

/** Returns the name of the stage, which is the first segment of every path. */
export function stageOf(template: Template): string {
  const [stage] = template.ofType('AWS::ApiGateway::Stage');
  return asText(stage?.properties['StageName']);
}

/** Returns the routes that the template's methods define. */
export function routesOf(template: Template): readonly LocalRoute[] {
  const resources = template.ofType('AWS::ApiGateway::Resource');
  const functions = template.ofType('AWS::Lambda::Function');
  return template.ofType('AWS::ApiGateway::Method').flatMap(({ properties, logicalId }) => {
    const integration = asProperties(properties['Integration']);
    const target = referenced(integration['Uri'], functions);
    if (target === undefined) throw new Error(`The method ${logicalId} has no function.`);
    return [
      {
        resource: pathOf(referenced(properties['ResourceId'], resources), resources),
        method: asText(properties['HttpMethod']),
        authorizationType: asText(properties['AuthorizationType']),
        functionId: target.logicalId,
      },
    ];
  });
}

function pathOf(resource: TemplateResource | undefined, all: readonly TemplateResource[]): string {
  if (resource === undefined) return '';
  const parent = referenced(resource.properties['ParentId'], all);
  return `${pathOf(parent, all)}/${asText(resource.properties['PathPart'])}`;
}

/**
 * Finds the route of a path. As in API Gateway, literal segments win over placeholders, and
 * placeholders over `{proxy+}`.
 * @param path path below the stage, undecoded
 */
export function matchRoute(
  routes: readonly LocalRoute[],
  method: string,
  path: string,
): RouteMatch | undefined {
  // One slash at the end is ignored; a double one makes a segment that no route has.
  const parts = path.replace(/\/$/, '').split('/').slice(1);
  if (parts.includes('')) return undefined;
  const matches = routes.flatMap((route) => {
    if (route.method !== 'ANY' && route.method !== method) return [];
    const pathParameters = matchParts(route.resource.split('/').slice(1), parts);
    return pathParameters === undefined ? [] : [{ route, pathParameters }];
  });
  return matches.sort((a, b) => rank(b.route) - rank(a.route))[0];
}

function matchParts(
  pattern: readonly string[],
  parts: readonly string[],
): Record<string, string> | undefined {
  const parameters: Record<string, string> = {};
  for (const [index, expected] of pattern.entries()) {
    const part = parts[index];
    if (part === undefined) return undefined;
    if (/^\{\w+\+\}$/.test(expected)) {
      parameters[expected.slice(1, -2)] = parts.slice(index).join('/');
      return parameters;
    }
    if (/^\{\w+\}$/.test(expected)) parameters[expected.slice(1, -1)] = part;
    else if (expected !== part) return undefined;
  }
  return pattern.length === parts.length ? parameters : undefined;
}

function rank({ resource }: LocalRoute): number {
  const parts = resource.split('/');
  return parts.reduce(
    (sum, part) => sum * 3 + (part.endsWith('+}') ? 0 : part.startsWith('{') ? 1 : 2),
    parts.length * 1000,
  );
}

/** Returns the gateway response of a type: the template's own, or the default of its class. */
export function gatewayResponse(
  template: Template,
  type: string,
  fallback: 'DEFAULT_4XX' | 'DEFAULT_5XX',
): GatewayResponse {
  const responses = template.ofType('AWS::ApiGateway::GatewayResponse');
  const found = [type, fallback].map((wanted) =>
    responses.find(({ properties }) => properties['ResponseType'] === wanted),
  );
  const properties: Properties = found.find((response) => response !== undefined)?.properties ?? {};
  return {
    status: Number(properties['StatusCode'] ?? (fallback === 'DEFAULT_4XX' ? 400 : 500)),
    headers: responseHeaders(properties['ResponseParameters']),
    body: asText(member(properties['ResponseTemplates'], 'application/json')),
  };
}

function responseHeaders(parameters: Part | undefined): Record<string, string> {
  const entries = Object.entries(asProperties(parameters));
  return Object.fromEntries(
    entries.map(([name, value]) => [
      name.replace('gatewayresponse.header.', ''),
      asText(value).replace(/^'|'$/g, ''),
    ]),
  );
}
