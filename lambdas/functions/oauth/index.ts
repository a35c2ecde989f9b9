import { METADATA_PATH } from '../../contract';
import { toResult } from '../../http/answer';
import { measured } from '../../http/http-function';
import { readEvent } from '../../http/scim-request';
import { metadataAnswer } from '../../oauth/metadata';
import { TokenEndpoint } from '../../oauth/token-endpoint';
import { TOKEN_MEDIA_TYPE } from '../../oauth/token-error';
import { logRetentionDays, openTable } from '../../runtime/environment';

const shared = openTable();
const endpoint = new TokenEndpoint(shared, logRetentionDays());

/** Serves the token endpoint of each connection, `/oauth2/token`, and the metadata about it. */
export const handler = measured('client', async (event, invocation) => {
  const request = readEvent(event);
  if (request.resource.startsWith(METADATA_PATH)) {
    return toResult(metadataAnswer(request), TOKEN_MEDIA_TYPE);
  }
  const begun = Date.now();
  const deadline = begun + invocation.getRemainingTimeInMillis();
  const answer = await endpoint.answer({
    request,
    requestId: invocation.awsRequestId,
    begun,
    deadline,
    table: shared.forRequest(deadline),
    address: event.requestContext.identity.sourceIp,
  });
  return toResult(answer, TOKEN_MEDIA_TYPE);
});
