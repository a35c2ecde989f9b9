import type { StreamMode } from '../../directory/streams/stream';

const PREFIX = 'urn:ietf:params:scim:event';

/**
 * URIs of the events that streams send.
 * @see https://www.rfc-editor.org/rfc/rfc9967#section-7.4
 */
export const EVENT_URI = {
  feedAdd: `${PREFIX}:feed:add`,
  create: { notice: `${PREFIX}:prov:create:notice`, full: `${PREFIX}:prov:create:full` },
  patch: { notice: `${PREFIX}:prov:patch:notice`, full: `${PREFIX}:prov:patch:full` },
  put: { notice: `${PREFIX}:prov:put:notice`, full: `${PREFIX}:prov:put:full` },
  delete: `${PREFIX}:prov:delete`,
  activate: `${PREFIX}:prov:activate`,
  deactivate: `${PREFIX}:prov:deactivate`,
  asyncResponse: `${PREFIX}:misc:asyncresp`,
} as const;

/**
 * Returns the URIs that streams of some modes send, for `securityEvents.eventUris` of a
 * ServiceProviderConfig. A stream in mode `full` also sends notices: of resources that are too
 * large for an event. `feed:remove` is not among them, because a resource only leaves a feed when
 * it is deleted.
 */
export function eventUris(modes: ReadonlySet<StreamMode>): readonly string[] {
  return Object.values(EVENT_URI).flatMap((uri) => {
    if (typeof uri === 'string') return [uri];
    return modes.has('full') ? [uri.notice, uri.full] : [uri.notice];
  });
}
