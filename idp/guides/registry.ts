import { ENTRA_GUIDE } from './entra';
import { GENERIC_GUIDE } from './generic';
import { GOOGLE_GUIDE } from './google';
import type { Guide, Guides } from './guide';
import { JUMPCLOUD_GUIDE } from './jumpcloud';
import { OKTA_GUIDE } from './okta';
import { ONELOGIN_GUIDE } from './onelogin';
import { PING_GUIDE } from './ping';

/** The guides by identity provider, in the order of the choice. */
export const GUIDES: Guides = {
  entra: ENTRA_GUIDE,
  okta: OKTA_GUIDE,
  jumpcloud: JUMPCLOUD_GUIDE,
  onelogin: ONELOGIN_GUIDE,
  google: GOOGLE_GUIDE,
  ping: PING_GUIDE,
  generic: GENERIC_GUIDE,
  // The same client, held to the letter of the RFCs.
  rfc: {
    ...GENERIC_GUIDE,
    title: 'A strict SCIM 2.0 client',
    mark: 'RFC',
    about: 'For conformance suites and clients of your own',
  },
};

/** Returns the guide of an identity provider; the generic one for a name of a later version. */
export function guideOf(identityProvider: string): Guide {
  const [, found] = Object.entries(GUIDES).find(([name]) => name === identityProvider) ?? [];
  return found ?? GENERIC_GUIDE;
}
