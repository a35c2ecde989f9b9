import { toResult } from '../../http/answer';
import { measured } from '../../http/http-function';
import { readEvent } from '../../http/scim-request';
import { TokenEndpoint } from '../../oauth/token-endpoint';
import { TOKEN_MEDIA_TYPE } from '../../oauth/token-error';
import { logRetentionDays, openTable } from '../../runtime/environment';

const shared = openTable();
const endpoint = new TokenEndpoint(shared, logRetentionDays());

/** Serves the token endpoint of each connection, `/oauth2/token`. */
export const handler = measured('client', async (event, invocation) => {
  const begun = Date.now();
  const deadline = begun + invocation.getRemainingTimeInMillis();
  const answer = await endpoint.answer({
    request: readEvent(event),
    requestId: invocation.awsRequestId,
    begun,
    deadline,
    table: shared.forRequest(deadline),
    address: event.requestContext.identity.sourceIp,
  });
  return toResult(answer, TOKEN_MEDIA_TYPE);
});
