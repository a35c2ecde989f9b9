import * as z from 'zod/mini';
import {
  ACCESS_TOKEN_SECONDS,
  SECRET_DAYS,
} from '../../../directory/connections/oauth/oauth-settings';
import { integerBetween } from '../../json-api/read-body';
import { NAME, SCOPES } from '../requests';

/* The bodies of requests about clients, their secrets, and trust. */

const ACCESS = {
  scopes: z.optional(SCOPES),
  accessTokenSeconds: z._default(
    integerBetween(ACCESS_TOKEN_SECONDS.atLeast, ACCESS_TOKEN_SECONDS.atMost),
    ACCESS_TOKEN_SECONDS.byDefault,
  ),
};

const SECRET = {
  expiresInDays: z._default(integerBetween(1, SECRET_DAYS.atMost), SECRET_DAYS.byDefault),
};

export const CREATE_CLIENT = z.strictObject({
  displayName: z._default(NAME, 'OAuth client'),
  ...ACCESS,
  ...SECRET,
});

export const CREATE_SECRET = z.strictObject(SECRET);

const CLAIM = z
  .string()
  .check(
    z.trim(),
    z.minLength(1, 'is required'),
    z.maxLength(200, 'must have at most 200 characters'),
  );

export const TRUST = z.strictObject({
  issuer: CLAIM,
  tenantId: z.optional(CLAIM),
  subject: z.optional(CLAIM),
  audiences: z._default(z.array(CLAIM).check(z.maxLength(10)), []),
  ...ACCESS,
});
