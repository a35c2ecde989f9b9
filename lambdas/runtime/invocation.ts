import type { Context } from 'aws-lambda';

/** What a function that is not called over HTTP needs of Lambda's context. */
export type Invocation = Pick<Context, 'awsRequestId' | 'getRemainingTimeInMillis'>;
