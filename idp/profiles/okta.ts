import { GENERIC } from './generic';
import type { Profile } from './profile';

/**
 * Okta: integrations from its catalog use PATCH, applications created with its wizard use PUT. Okta
 * follows the RFCs closely and needs the whole resource in every answer (okta-developer-docs
 * `reference/scim/scim-20`). Attributes that administrators map themselves deviate as those of any
 * client: `roles` and `entitlements` as a text or a list of texts, numbers, quoted booleans.
 */
export const OKTA: Profile = { ...GENERIC, name: 'okta' };
