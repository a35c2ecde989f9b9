import { ANSWER_BYTES, toResult, withinLimit } from '../../lambdas/http/answer';
import { errorAnswer } from '../../lambdas/http/error-answer';
import { invalidFilter } from '../../scim/errors/filter-errors';

test('an answer that is larger than Lambda can return is replaced', () => {
  const other = { status: 204 };
  // Two bytes of the response are the quotes around the body.
  const fits = { status: 200, body: 'x'.repeat(ANSWER_BYTES - 2) };
  expect(withinLimit(fits, () => other)).toBe(fits);
  const tooLarge = { status: 200, body: 'é'.repeat(ANSWER_BYTES / 2) };
  expect(withinLimit(tooLarge, () => other)).toBe(other);
  const quotes = { status: 200, body: '"'.repeat(ANSWER_BYTES / 2) };
  expect(withinLimit(quotes, () => other)).toBe(other);
  expect(withinLimit(other, () => fits)).toBe(other);
});

describe('errorAnswer', () => {
  const logged: string[] = [];
  beforeEach(() => {
    logged.length = 0;
    jest.spyOn(process.stderr, 'write').mockImplementation((text) => logged.push(String(text)) > 0);
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  test('returns the code of a client error and does not log it', () => {
    const answer = errorAnswer(invalidFilter(2, 'expected an operator'), 'r1');
    expect([answer.status, logged]).toEqual([400, []]);
    expect(toResult(answer).headers).toEqual({
      'Content-Type': 'application/scim+json; charset=utf-8',
      'SCIM-Error-Code': 'wrongFilter',
    });
  });

  test('logs a server error and returns no details', () => {
    const answer = errorAnswer(new TypeError('internal detail'), 'r2');
    expect([answer.status, answer.body?.includes('internal detail')]).toEqual([500, false]);
    expect(answer.headers).toEqual({ 'SCIM-Error-Code': 'fault' });
    expect(logged.join()).toContain('"requestId":"r2"');
  });
});
