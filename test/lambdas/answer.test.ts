import { ANSWER_BYTES, errorAnswer, toResult, withinLimit } from '../../lambdas/http/answer';
import { badRequest } from '../../scim/errors/scim-error';

test('an answer that Lambda would not hand on gives way to another', () => {
  const other = { status: 204 };
  const fits = { status: 200, body: 'x'.repeat(ANSWER_BYTES) };
  expect(withinLimit(fits, () => other)).toBe(fits);
  expect(withinLimit({ status: 200, body: 'é'.repeat(ANSWER_BYTES / 2 + 1) }, () => other)).toBe(other);
  expect(withinLimit(other, () => fits)).toBe(other);
});

describe('failures', () => {
  const logged: string[] = [];
  beforeEach(() => {
    logged.length = 0;
    jest.spyOn(process.stderr, 'write').mockImplementation((text) => logged.push(String(text)) > 0);
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  test('of the client are answered and not logged', () => {
    const answer = errorAnswer(badRequest('invalidFilter', 'No filter.'), 'r1');
    expect([answer.status, logged]).toEqual([400, []]);
    expect(toResult(answer).headers).toEqual({ 'Content-Type': 'application/scim+json; charset=utf-8' });
  });

  test('of ours are logged and told without details', () => {
    const answer = errorAnswer(new TypeError('secret of the house'), 'r2');
    expect([answer.status, answer.body?.includes('secret')]).toEqual([500, false]);
    expect(logged.join()).toContain('"requestId":"r2"');
  });
});
