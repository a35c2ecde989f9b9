import * as z from 'zod/mini';
import { CONNECTION_ID, type Connection } from '../../directory/connections/connection';
import { ADOPTION_POLICIES } from '../../directory/candidates';
import { DEFAULT_TOKEN_DAYS, TOKEN_SCOPES } from '../../directory/connections/tokens';
import { IDENTITY_PROVIDERS } from '../../idp/profiles/registry';
import { isObject, type Json, type JsonObject } from '../../scim/json';
import { Problem } from '../json-api/problem';
import { invalidFields, readSettings, integerBetween } from '../json-api/read-body';

/* The bodies of administrative requests. */

const expiresInDays = integerBetween(1, 3650);

/** A name for people. */
export const NAME = z
  .string({ error: ({ input }) => (input === undefined ? 'is required' : 'must be a string') })
  .check(
    z.trim(),
    z.minLength(1, 'is required'),
    z.maxLength(200, 'must have at most 200 characters'),
    z.refine(
      (name) => name.isWellFormed() && !/\p{Cc}/u.test(name),
      'must not contain control characters',
    ),
  );

/** The settings of a connection that can be set at its creation and changed later. */
const SETTINGS = {
  displayName: NAME,
  actsAs: z.exactOptional(NAME),
  identityProvider: z._default(z.enum(IDENTITY_PROVIDERS), 'generic'),
  userDeletion: z._default(z.enum(['retain', 'erase']), 'retain'),
  groups: z._default(z.boolean(), true),
  failureMail: z.optional(
    z.strictObject({
      // An empty list turns mails off, also those to the deployment's own recipients.
      recipients: z.array(z.email('must have email addresses only')).check(z.maxLength(50)),
    }),
  ),
  tokenExpiresInDays: z._default(expiresInDays, DEFAULT_TOKEN_DAYS),
  // Secrets Manager accepts 1 to 1000 days.
  rotation: z.optional(
    z.strictObject({
      everyDays: integerBetween(1, 1000),
      overlapDays: z._default(integerBetween(0, 365), 7),
    }),
  ),
  rateLimit: z.optional(
    z.strictObject({
      requestsPerSecond: integerBetween(1, 10_000),
      burst: z.exactOptional(integerBetween(1, 40_000)),
    }),
  ),
  adoption: z._default(z.enum(ADOPTION_POLICIES), 'off'),
  verifiedDomains: z._default(
    z
      .array(
        z
          .string()
          .check(
            z.trim(),
            z.toLowerCase(),
            z.regex(/^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/, 'must be a domain name'),
          ),
      )
      .check(z.maxLength(100)),
    [],
  ),
};

/** The names of the settings. */
export const SETTING_NAMES = Object.keys(SETTINGS);

export const CREATE_CONNECTION = z
  .strictObject({
    id: z.optional(
      z.string().check(
        z.regex(
          CONNECTION_ID,
          'must be 1 to 63 lower-case letters, digits and hyphens, without a hyphen at either end',
        ),
        // A pattern of somebody's IAM policy such as `…/*/v2/*` would match its admin calls.
        z.refine((id) => id !== 'v2', 'must not be "v2"'),
      ),
    ),
    ...SETTINGS,
    secret: z._default(z.boolean(), true),
  })
  .check(z.superRefine(checkRotation));

/** A connection's settings after a merge patch, with those that must not change. */
const CHANGED_CONNECTION = z
  .strictObject({
    ...SETTINGS,
    enabled: z._default(z.boolean(), true),
    id: z.string(),
    secret: z.boolean(),
  })
  .check(z.superRefine(checkRotation));

/** The scopes of a token or a client, each once. */
export const SCOPES = z.pipe(
  z.array(z.enum(TOKEN_SCOPES)).check(z.minLength(1), z.maxLength(TOKEN_SCOPES.length)),
  // In one order, so that the same scopes are equal.
  z.transform((scopes) => TOKEN_SCOPES.filter((scope) => scopes.includes(scope))),
);

export const ISSUE_TOKEN = z
  .strictObject({
    overlapSeconds: z.optional(integerBetween(0, 31_536_000)),
    expiresInDays: z.optional(expiresInDays),
    scopes: z.optional(SCOPES),
  })
  .check(
    z.refine(({ overlapSeconds, scopes }) => overlapSeconds === undefined || scopes === undefined, {
      path: ['overlapSeconds'],
      message: 'cannot be combined with scopes: a token with scopes does not end other tokens',
    }),
  );

interface RotationSettings {
  readonly rotation?: { readonly everyDays: number; readonly overlapDays: number } | undefined;
  readonly secret: boolean;
  readonly tokenExpiresInDays: number;
}

function checkRotation(
  { rotation, secret, tokenExpiresInDays }: RotationSettings,
  context: z.core.$RefinementCtx,
): void {
  const issue = (message: string, ...path: readonly string[]): void => {
    context.addIssue({ code: 'custom', message, path: ['rotation', ...path] });
  };
  if (rotation === undefined) return;
  const { everyDays, overlapDays } = rotation;
  if (!secret) issue('requires a secret: Secrets Manager rotates it');
  if (overlapDays >= everyDays)
    issue('must be less than everyDays; it is 7 unless it is given', 'overlapDays');
  if (tokenExpiresInDays < everyDays + overlapDays) {
    issue(
      `and overlapDays must be at most tokenExpiresInDays (${tokenExpiresInDays}) together`,
      'everyDays',
    );
  }
}

/**
 * Applies a merge patch (RFC 7396) to a connection's settings. Null resets a setting to its
 * default.
 * @throws Problem 400 naming each wrong field
 */
export function mergeSettings(
  connection: Connection,
  patch: Json,
): z.output<typeof CHANGED_CONNECTION> {
  if (!isObject(patch)) throw new Problem(400, 'The body must be a JSON object.');
  const { id, displayName, identityProvider, userDeletion, groups, enabled, secret } = connection;
  const { actsAs, failureMail, tokenExpiresInDays, rotation, rateLimit } = connection;
  const { adoption, verifiedDomains } = connection;
  const settings: JsonObject = {
    ...{
      id,
      displayName,
      identityProvider,
      userDeletion,
      groups,
      enabled,
      secret,
      tokenExpiresInDays,
      adoption,
      verifiedDomains,
    },
    ...(actsAs === undefined ? {} : { actsAs }),
    ...(failureMail === undefined ? {} : { failureMail: { ...failureMail } }),
    ...(rotation === undefined ? {} : { rotation: { ...rotation } }),
    ...(rateLimit === undefined ? {} : { rateLimit: { ...rateLimit } }),
  };
  const merged = readSettings(CHANGED_CONNECTION, mergePatch(settings, patch));
  const fixed = (['id', 'secret'] as const).filter((name) => merged[name] !== connection[name]);
  if (fixed.length > 0)
    throw invalidFields(
      fixed.map((name) => ({ pointer: `/${name}`, detail: 'cannot be changed' })),
    );
  return merged;
}

/** RFC 7396 section 2. */
function mergePatch(target: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const result = new Map(isObject(target) ? Object.entries(target) : []);
  for (const [name, value] of Object.entries(patch)) {
    if (value === null || value === undefined) result.delete(name);
    else result.set(name, mergePatch(result.get(name), value));
  }
  return Object.fromEntries(result) satisfies JsonObject;
}
