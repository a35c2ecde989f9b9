import { z } from 'zod';
import { CONNECTION_ID } from '../../directory/connections';
import { DEFAULT_TOKEN_DAYS } from '../../directory/tokens';
import { IDENTITY_PROVIDERS } from '../../idp/profiles';
import { parseJson } from '../../scim/json';
import { Problem, type FieldProblem } from './problem';

/** The bodies of administrative requests. */

const expiresInDays = z.int().min(1).max(3650);

export const CREATE_CONNECTION = z.strictObject({
  id: z
    .string()
    .regex(
      CONNECTION_ID,
      'must be lower-case letters, digits and hyphens, 63 at most, beginning and ending with no hyphen',
    )
    .optional(),
  displayName: z.string().trim().min(1).max(200),
  identityProvider: z.enum(IDENTITY_PROVIDERS).default('generic'),
  userDeletion: z.enum(['retain', 'erase']).default('retain'),
  groups: z.boolean().default(true),
  failureMail: z
    .strictObject({
      recipients: z.array(z.email()).min(1).max(50),
      windowSeconds: z.int().min(1).max(86_400).optional(),
    })
    .optional(),
  tokenExpiresInDays: expiresInDays.default(DEFAULT_TOKEN_DAYS),
});

export const ISSUE_TOKEN = z.strictObject({
  overlapSeconds: z.int().min(0).max(31_536_000).default(0),
  expiresInDays: expiresInDays.optional(),
});

/**
 * A request's body, checked.
 * @param text the body as sent; an empty one counts as `{}`
 * @throws Problem 400 that names each wrong field
 */
export function readBody<T extends z.ZodType>(schema: T, text: string): z.output<T> {
  const result = schema.safeParse(parsed(text));
  if (result.success) return result.data;
  const errors = result.error.issues.flatMap(fieldProblems);
  const detail = errors
    .map(({ pointer, detail: problem }) => `${pointer === '' ? 'The body' : pointer}: ${problem}`)
    .join('; ');
  throw new Problem(400, 'Bad Request', detail, errors);
}

function parsed(text: string): unknown {
  if (text.trim() === '') return {};
  try {
    return parseJson(text);
  } catch {
    throw new Problem(400, 'Bad Request', 'The body is no valid JSON.');
  }
}

function fieldProblems(issue: z.core.$ZodIssue): readonly FieldProblem[] {
  const path = issue.path.map(String);
  if (issue.code !== 'unrecognized_keys') return [{ pointer: pointer(path), detail: issue.message }];
  return issue.keys.map((key) => ({ pointer: pointer([...path, key]), detail: 'there is no such field' }));
}

function pointer(path: readonly string[]): string {
  return path.map((part) => `/${part.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
