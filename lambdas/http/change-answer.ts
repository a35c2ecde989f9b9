import type { ResourceView } from '../../scim/resource/resource';
import { noContentAnswer, type Answer } from './answer';
import { preferencesOf } from './preferences';
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
  const answer = isAnsweredWithBody(context, method)
    ? await answerWithBody()
    : noContentAnswer(resource, method === 'POST' ? 201 : 204);
  const preference = preferencesOf(context.request).return;
  if (preference === undefined) return answer;
  const applied = { 'Preference-Applied': `return=${preference}` };
  return { ...answer, headers: { ...answer.headers, ...applied } };
}

/** Returns whether the answer to a change contains the resource. */
export function isAnsweredWithBody(
  context: RequestContext,
  method: 'POST' | 'PUT' | 'PATCH',
): boolean {
  const preference = preferencesOf(context.request).return;
  if (preference !== undefined) return preference !== 'minimal';
  const { patchAnswer } = context.profile;
  return method !== 'PATCH' || patchAnswer !== 'noContent' || namesAttributes(context);
}
