import type { Context } from 'aws-lambda';

/** The part of Lambda's context that the functions use. */
export type Invocation = Pick<Context, 'awsRequestId' | 'getRemainingTimeInMillis'>;
