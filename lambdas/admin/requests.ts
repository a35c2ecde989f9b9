import { z } from 'zod';
import { CONNECTION_ID, type Connection } from '../../directory/connections/connection';
import { DEFAULT_TOKEN_DAYS, TOKEN_SCOPES } from '../../directory/connections/tokens';
import { IDENTITY_PROVIDERS } from '../../idp/profiles/registry';
import { isObject, parseJson, type Json, type JsonObject } from '../../scim/json';
import { isDeep } from '../http/json-body';
import { Problem, type FieldProblem } from './problem';

/** The bodies of administrative requests. */

const expiresInDays = z.int().min(1).max(3650);

/** What can be set when a connection is created and changed later. */
const SETTINGS = {
  displayName: z
    .string({ error: ({ input }) => (input === undefined ? 'is needed' : 'must be text') })
    .trim()
    .min(1, 'is needed')
    .max(200)
    .refine(
      (name) => name.isWellFormed() && !/\p{Cc}/u.test(name),
      'must not have control characters',
    ),
  identityProvider: z.enum(IDENTITY_PROVIDERS).default('generic'),
  userDeletion: z.enum(['retain', 'erase']).default('retain'),
  groups: z.boolean().default(true),
  failureMail: z
    .strictObject({
      // Without any nobody is told, not even the deployment's own recipients.
      recipients: z.array(z.email()).max(50),
    })
    .optional(),
  tokenExpiresInDays: expiresInDays.default(DEFAULT_TOKEN_DAYS),
  // Secrets Manager takes 1 to 1000 days.
  rotation: z
    .strictObject({
      everyDays: z.int().min(1).max(1000),
      overlapDays: z.int().min(0).max(365).default(7),
    })
    .optional(),
};

/** Names of what can be set. */
export const SETTING_NAMES = Object.keys(SETTINGS);

export const CREATE_CONNECTION = z
  .strictObject({
    id: z
      .string()
      .regex(
        CONNECTION_ID,
        'must be lower-case letters, digits and hyphens, 63 at most, beginning and ending with no hyphen',
      )
      .optional(),
    ...SETTINGS,
    secret: z.boolean().default(true),
  })
  .superRefine(checkRotation);

/** A connection's settings as a merge patch has made them, with what it must not change. */
const CHANGED_CONNECTION = z
  .strictObject({
    ...SETTINGS,
    enabled: z.boolean().default(true),
    id: z.string(),
    secret: z.boolean(),
  })
  .superRefine(checkRotation);

export const ISSUE_TOKEN = z
  .strictObject({
    overlapSeconds: z.int().min(0).max(31_536_000).optional(),
    expiresInDays: expiresInDays.optional(),
    scopes: z
      .array(z.enum(TOKEN_SCOPES))
      .min(1)
      .max(TOKEN_SCOPES.length)
      .transform((scopes) => [...new Set(scopes)])
      .optional(),
  })
  .refine(({ overlapSeconds, scopes }) => overlapSeconds === undefined || scopes === undefined, {
    path: ['overlapSeconds'],
    message: 'means nothing with scopes: such a token ends no other one',
  });

interface RotationSettings {
  readonly rotation?: { readonly everyDays: number; readonly overlapDays: number } | undefined;
  readonly secret: boolean;
  readonly tokenExpiresInDays: number;
}

function checkRotation(
  { rotation, secret, tokenExpiresInDays }: RotationSettings,
  context: z.RefinementCtx,
): void {
  const issue = (message: string, ...path: readonly string[]): void => {
    context.addIssue({ code: 'custom', message, path: ['rotation', ...path] });
  };
  if (rotation === undefined) return;
  const { everyDays, overlapDays } = rotation;
  if (!secret) issue('needs a secret: Secrets Manager rotates it');
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
 * A request's body, checked.
 * @param text the body as sent; an empty one counts as `{}`
 * @throws Problem 400 that names each wrong field
 */
export function readBody<T extends z.ZodType>(schema: T, text: string): z.output<T> {
  return readSettings(schema, readJson(text));
}

/** The same of JSON. @throws Problem 400 that names each wrong field */
export function readSettings<T extends z.ZodType>(schema: T, value: Json): z.output<T> {
  const result = schema.safeParse(value);
  if (!result.success) throw invalid(result.error.issues.flatMap(fieldProblems));
  return result.data;
}

/** A body as JSON; an empty one counts as `{}`. @throws Problem 400 */
export function readJson(text: string): Json {
  if (text.trim() === '') return {};
  if (isDeep(text)) throw new Problem(400, 'The body nests too deep.');
  try {
    return parseJson(text);
  } catch {
    throw new Problem(400, 'The body is no valid JSON.');
  }
}

/**
 * A connection's settings changed by a merge patch (RFC 7396): what is null goes back to its default.
 * @throws Problem 400 that names each wrong field
 */
export function mergeSettings(
  connection: Connection,
  patch: Json,
): z.output<typeof CHANGED_CONNECTION> {
  if (!isObject(patch)) throw new Problem(400, 'The body must be a JSON object.');
  const { id, displayName, identityProvider, userDeletion, groups, enabled, secret } = connection;
  const { failureMail, tokenExpiresInDays, rotation } = connection;
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
    },
    ...(failureMail === undefined ? {} : { failureMail: { ...failureMail } }),
    ...(rotation === undefined ? {} : { rotation: { ...rotation } }),
  };
  const merged = readSettings(CHANGED_CONNECTION, mergePatch(settings, patch));
  const fixed = (['id', 'secret'] as const).filter((name) => merged[name] !== connection[name]);
  if (fixed.length > 0)
    throw invalid(fixed.map((name) => ({ pointer: `/${name}`, detail: 'cannot be changed' })));
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

/** Wrong fields that one answer names. */
const MOST_ERRORS = 20;

function invalid(errors: readonly FieldProblem[]): Problem {
  const shown = errors.slice(0, MOST_ERRORS);
  const detail = shown
    .map(({ pointer, detail: problem }) => `${pointer === '' ? 'The body' : pointer}: ${problem}`)
    .join('; ');
  return new Problem(400, detail, shown);
}

/** What answers have and requests do not, at their beginning or at all. */
const READ_ONLY = new Set([
  'createdAt',
  'declaredBy',
  'deletion',
  'enabled',
  'schemas',
  'scimBaseUrl',
  'secretName',
  'token',
]);

function fieldProblems(issue: z.core.$ZodIssue): readonly FieldProblem[] {
  const path = issue.path.map(String);
  if (issue.code !== 'unrecognized_keys')
    return [{ pointer: pointer(path), detail: issue.message }];
  return issue.keys.map((key) => ({
    pointer: pointer([...path, key]),
    detail:
      path.length === 0 && READ_ONLY.has(key) ? 'cannot be set here' : 'there is no such field',
  }));
}

function pointer(path: readonly string[]): string {
  return path.map((part) => `/${part.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
