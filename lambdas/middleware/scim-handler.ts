import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import middy, { type MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import type { Connection } from '../../directory/connections';
import { Table } from '../../directory/table';
import type { Profile } from '../../idp/profile';
import { profileOf } from '../../idp/profiles';
import { resourceTypesWith, type ResourceTypes } from '../../scim/schema/resource-type';
import { ENVIRONMENT } from '../contract';
import { errorAnswer, toResult, type Answer } from './answer';
import { authenticate, presentedToken } from './authenticate';
import { readEvent, type ScimRequest } from './scim-request';

/** An authenticated request with what serves it. */
export interface Exchange {
  readonly request: ScimRequest;
  readonly connection: Connection;
  readonly profile: Profile;
  /** The resource types with the connection's own extensions. */
  readonly types: ResourceTypes;
  readonly table: Table;
  /** When the function's time is over, in milliseconds since the epoch. */
  readonly deadline: number;
}

export interface ScimHandlerOptions {
  /** Begins the reads that the request will need whoever sends it; they run beside authentication. */
  readonly prefetch?: (table: Table, request: ScimRequest) => void;
}

/** What the middlewares know about an invocation when the function's own part begins. */
interface ScimContext extends Context {
  exchange?: Exchange;
}

type ScimMiddleware = MiddlewareObj<APIGatewayProxyEvent, APIGatewayProxyResult, Error, ScimContext>;

/**
 * Wraps a SCIM function: event in, authentication, answers and errors out.
 * @param serve answers an authenticated request, or throws ScimError
 */
export function scimHandler(
  serve: (exchange: Exchange) => Promise<Answer>,
  options: ScimHandlerOptions = {},
): middy.MiddyfiedHandler<APIGatewayProxyEvent, APIGatewayProxyResult, Error, ScimContext> {
  return middy<APIGatewayProxyEvent, APIGatewayProxyResult, Error, ScimContext>()
    .use(scimErrors())
    .use(authentication(options))
    .handler(async (event, { exchange }) => {
      if (exchange === undefined) throw new Error('The request was not authenticated.');
      const answer = await serve(exchange);
      // HEAD is GET without the body (RFC 9110 section 9.3.2).
      return event.httpMethod === 'HEAD' ? { ...toResult(answer), body: '' } : toResult(answer);
    });
}

function scimErrors(): ScimMiddleware {
  return {
    onError: (invocation) => {
      invocation.response = toResult(errorAnswer(invocation.error, invocation.context.awsRequestId));
    },
  };
}

function authentication({ prefetch }: ScimHandlerOptions): ScimMiddleware {
  const shared = new Table(new DynamoDBClient({}), tableName());
  return {
    before: async ({ event, context }) => {
      const table = shared.forRequest();
      const request = readEvent(event);
      if (presentedToken(request) !== undefined) prefetch?.(table, request);
      const connection = await authenticate(table, request);
      const deadline = Date.now() + context.getRemainingTimeInMillis();
      const profile = profileOf(connection.identityProvider);
      context.exchange = {
        request,
        connection,
        profile,
        types: resourceTypesWith(connection.schemas),
        table,
        deadline,
      };
    },
  };
}

/** The table's name, from the environment that the construct declares. */
export function tableName(): string {
  const name = process.env[ENVIRONMENT.tableName];
  if (name === undefined) throw new Error(`The environment variable ${ENVIRONMENT.tableName} is missing.`);
  return name;
}
