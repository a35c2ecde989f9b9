import * as z from 'zod/mini';
import { en } from 'zod/locales';
import { isDeep, parseJson, type Json } from '../../scim/json';
import { LIMITS } from '../../scim/limits';
import { Problem, type FieldProblem } from './problem';

// zod/mini loads no messages by itself; without them, each is "Invalid input".
z.config(en());

/** Returns a schema for integers from `least` to `most`, both inclusive. */
export function integerBetween(least: number, most: number): z.ZodMiniNumberFormat {
  return z.int().check(z.gte(least), z.lte(most));
}

/**
 * Parses and validates a request's body.
 * @param text the body as sent; an empty one counts as `{}`
 * @throws Problem 400 naming each wrong field
 */
export function readBody<T extends z.ZodMiniType>(schema: T, text: string): z.output<T> {
  return readSettings(schema, readJson(text));
}

/** Validates JSON. @throws Problem 400 naming each wrong field */
export function readSettings<T extends z.ZodMiniType>(schema: T, value: Json): z.output<T> {
  const result = schema.safeParse(value);
  if (!result.success) throw invalidFields(result.error.issues.flatMap(fieldProblems));
  return result.data;
}

/** Parses a body; an empty one counts as `{}`. @throws Problem 400 */
export function readJson(text: string): Json {
  if (text.trim() === '') return {};
  if (isDeep(text, LIMITS.bodyDepth)) throw new Problem(400, 'The body is nested too deeply.');
  try {
    return parseJson(text);
  } catch {
    throw new Problem(400, 'The body is not valid JSON.');
  }
}

/** Wrong fields named in one answer. */
const MOST_ERRORS = 20;

/** Returns the answer to a body with wrong fields. */
export function invalidFields(errors: readonly FieldProblem[]): Problem {
  const shown = errors.slice(0, MOST_ERRORS);
  const detail = shown
    .map(({ pointer, detail: problem }) => `${pointer === '' ? 'The body' : pointer}: ${problem}`)
    .join('; ');
  return new Problem(400, detail, shown);
}

/** Fields of answers that a request cannot set, or not at a connection's creation. */
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
      path.length === 0 && READ_ONLY.has(key)
        ? 'cannot be set here'
        : 'is not a field of this request',
  }));
}

function pointer(path: readonly string[]): string {
  return path.map((part) => `/${part.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
