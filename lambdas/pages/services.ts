import type { ConsoleSessions } from '../../directory/sessions/console-sessions';
import type { PortalSessions } from '../../directory/sessions/portal-sessions';
import type { Services } from '../admin/services';
import type { OpenId } from './open-id';
import type { Visitor } from './visitor';

/** The dependencies of a call that a page makes. */
export interface PageServices extends Services {
  readonly portal: PortalSessions;
  readonly console: ConsoleSessions;
  /** Undefined before there is a session. */
  readonly visitor: Visitor | undefined;
  /** Undefined unless operators sign in with OpenID Connect. */
  readonly openId: OpenId | undefined;
}
