import type { ResourceView } from '../../scim/resource/resource';
import { noContentAnswer, type Answer } from './answer';
import { namesAttributes } from './read-request';
import type { RequestContext } from './request-context';

/**
 * Creates the answer to a change: the resource, or no body if the client prefers that (RFC 7240,
 * `return=minimal`) or if the profile needs it for a PATCH. A POST is answered 201 in both cases.
 * @param resource provides the headers of an answer without a body
 * @param answerWithBody creates the answer with the resource
 */
export async function changeAnswer(
  context: RequestContext,
  method: 'POST' | 'PUT' | 'PATCH',
  resource: ResourceView,
  answerWithBody: () => Promise<Answer>,
): Promise<Answer> {
  const preference = PREFERENCE.exec(context.request.headers.get('prefer') ?? '')?.[1];
  const isMinimal =
    preference === undefined
      ? method === 'PATCH' &&
        context.profile.patchAnswer === 'noContent' &&
        !namesAttributes(context)
      : preference.toLowerCase() === 'minimal';
  const answer = isMinimal
    ? noContentAnswer(resource, method === 'POST' ? 201 : 204)
    : await answerWithBody();
  if (preference === undefined) return answer;
  const applied = { 'Preference-Applied': `return=${preference.toLowerCase()}` };
  return { ...answer, headers: { ...answer.headers, ...applied } };
}

/** A list of preferences, each a token with an optional, optionally quoted value (RFC 7240). */
const PREFERENCE = /(?:^|[,;])\s*return\s*=\s*"?(minimal|representation)"?\s*(?:$|[,;])/i;
