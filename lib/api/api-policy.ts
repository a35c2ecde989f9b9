import { Stack } from 'aws-cdk-lib';
import {
  EndpointType,
  type EndpointConfiguration,
  type IpAddressType,
} from 'aws-cdk-lib/aws-apigateway';
import type { IVpcEndpoint } from 'aws-cdk-lib/aws-ec2';
import { AnyPrincipal, Effect, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import {
  ADMIN_PATH,
  APPLICATION_PATH,
  CONSOLE_PATH,
  KEY_SET_PATH,
  METADATA_PATH,
  PORTAL_PATH,
  SCIM_PATH,
  STAGE,
} from '../../lambdas/contract';
import { PAGE_METHODS } from '../../lambdas/routes';
import type { ScimAccess } from './scim-access';

/** The methods that a REST API has besides ANY. */
const METHODS = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'] as const;

/**
 * Longest resource policy that API Gateway accepts, in characters.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
 */
const MOST_CHARACTERS = 8192;

/** Where the API can be reached from. */
export interface Reach {
  readonly endpointConfiguration: EndpointConfiguration;
  readonly policy: PolicyDocument;
}

/** Network access of the API's audiences. */
interface AccessProps {
  /** Access of identity providers, and of administrators unless `adminAccess` is given. */
  readonly access: ScimAccess;
  readonly adminAccess?: ScimAccess;
  /** Access of the application, unless it has that of administrators. */
  readonly applicationAccess?: ScimAccess;
  /** Access of customers' identity administrators, unless it is that of identity providers. */
  readonly portalAccess?: ScimAccess;
  readonly ipAddressType?: IpAddressType;
}

/**
 * Returns the endpoint configuration and the resource policy of the REST API.
 * @param ownEndpoint creates an interface endpoint, for a private API without endpoints
 * @throws Error if the audiences need both a private and a public API, or if the policy is too long
 */
export function bindAccess(
  scope: Construct,
  props: AccessProps,
  ownEndpoint: () => IVpcEndpoint,
): Reach {
  const { access, adminAccess = access, portalAccess = access, ipAddressType } = props;
  const { applicationAccess = adminAccess } = props;
  const audiences = [
    { resources: below(SCIM_PATH), access },
    { resources: pages(PORTAL_PATH), access: portalAccess },
    { resources: [...below(ADMIN_PATH), ...pages(CONSOLE_PATH)], access: adminAccess },
    { resources: below(APPLICATION_PATH), access: applicationAccess },
  ];
  if (audiences.some((each) => each.access._isPrivate !== access._isPrivate)) {
    throw new Error(
      'An API is either private or public: use ScimAccess.fromVpc() for all of access, ' +
        'adminAccess, applicationAccess and portalAccess, or for none of them.',
    );
  }
  const endpointsOf = new Map(
    audiences.map((each) => [each.access, each.access._endpoints(ownEndpoint)]),
  );
  // Paths that no route has are protected like those of identity providers.
  const others = [...endpointsOf.keys()].filter((each) => each !== access);
  const policy = new PolicyDocument({
    statements: [
      allowAnonymous(),
      denySignedToOthers(scope),
      ...[...endpointsOf].flatMap(([each, endpoints]) => {
        const resourcesOf = (of: ScimAccess): string[] =>
          audiences
            .filter((audience) => audience.access === of)
            .flatMap(({ resources }) => resources);
        const separate = others.flatMap(resourcesOf);
        const resources =
          each !== access
            ? { resources: resourcesOf(each) }
            : separate.length === 0
              ? { resources: ['execute-api:/*'] }
              : { notResources: separate };
        return denyNetworks(each._denied(endpoints), resources);
      }),
    ],
  });
  checkLength(scope, policy);
  const vpcEndpoints = [...new Set([...endpointsOf.values()].flat())];
  return {
    endpointConfiguration: {
      ...(access._isPrivate
        ? { types: [EndpointType.PRIVATE], vpcEndpoints }
        : { types: [EndpointType.REGIONAL] }),
      ...(ipAddressType === undefined ? {} : { ipAddressType }),
    },
    policy,
  };
}

/**
 * Returns the resources of all routes below a path. Each method has a resource of its own, because
 * the `*` of IAM spans slashes: a resource for all methods would also match
 * `POST/admin/connections/v2/tokens`.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
 */
function below(path: string): string[] {
  return METHODS.map((method) => `execute-api:/${STAGE}/${method}${path}/*`);
}

/** Returns the resources of pages. */
function pages(path: string): string[] {
  return PAGE_METHODS.flatMap((method) =>
    [path, `${path}/*`].map((each) => `execute-api:/${STAGE}/${method}${each}`),
  );
}

/**
 * Allows requests of identity providers, whose tokens the functions check, those for the metadata
 * of token endpoints and for public keys, and those of pages, whose sessions the functions check. A
 * policy is needed also for access from anywhere: CloudFormation keeps the previous one if the
 * template has none.
 * @see https://github.com/aws/aws-cdk/issues/21840
 */
function allowAnonymous(): PolicyStatement {
  return new PolicyStatement({
    principals: [new AnyPrincipal()],
    actions: ['execute-api:Invoke'],
    resources: [
      ...below(SCIM_PATH),
      ...pages(PORTAL_PATH),
      ...pages(CONSOLE_PATH),
      `execute-api:/${STAGE}/GET${METADATA_PATH}/*`,
      `execute-api:/${STAGE}/GET${KEY_SET_PATH}`,
    ],
  });
}

/**
 * Denies the admin and application APIs to anonymous callers and to principals of other accounts.
 * Principals of this account need an IAM policy of their own: allowing them here would let in all
 * of them.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
 */
function denySignedToOthers(scope: Construct): PolicyStatement {
  return denyAll(
    { resources: [...below(ADMIN_PATH), ...below(APPLICATION_PATH)] },
    { StringNotEquals: { 'aws:PrincipalAccount': Stack.of(scope).account } },
  );
}

interface Resources {
  readonly resources?: string[];
  readonly notResources?: string[];
}

function denyNetworks(
  condition: ReturnType<ScimAccess['_denied']>,
  resources: Resources,
): readonly PolicyStatement[] {
  return condition === undefined ? [] : [denyAll(resources, condition)];
}

function denyAll(
  resources: Resources,
  conditions: Readonly<Record<string, unknown>>,
): PolicyStatement {
  return new PolicyStatement({
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    actions: ['execute-api:Invoke'],
    ...resources,
    conditions,
  });
}

/** @throws Error with the count if API Gateway would refuse the policy */
function checkLength(scope: Construct, policy: PolicyDocument): void {
  const text = JSON.stringify(Stack.of(scope).resolve(policy))
    // API Gateway stores the full ARN of each resource.
    .replaceAll('"execute-api:/', `"arn:aws:execute-api:eu-central-1:123456789012:0123456789/`);
  if (text.length <= MOST_CHARACTERS) return;
  throw new Error(
    `The resource policy of the API has ${text.length} characters; API Gateway accepts ` +
      `${MOST_CHARACTERS}. ScimAccess.fromIpRanges() has room for about 300 ranges in all: ` +
      'combine ranges, or filter addresses with a web ACL (webAcl) instead.',
  );
}
