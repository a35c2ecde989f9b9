import type { JsonObject } from '../../../scim/json';
import { applyPatch } from '../../../scim/patch/apply';
import { parseOperations } from '../../../scim/patch/request';
import { USER } from '../../../scim/schema/resource-type';

test('a PATCH may have 1,000 operations on 1,000 values, but not on many more', () => {
  const rules = { tolerant: true };
  const operations = Array.from({ length: 1000 }, (_, index) => ({
    op: 'add',
    path: `addresses[type eq "t${index}"].locality`,
    value: 'v',
  }));
  const patched = (addresses: readonly JsonObject[]): unknown =>
    applyPatch(USER, { userName: 'u', addresses }, parseOperations(USER, operations, rules), rules)[
      'addresses'
    ];
  expect(patched([])).toHaveLength(1000);
  // It took 28 s with 12,000 values.
  const many = Array.from({ length: 1500 }, (_, index) => ({ type: `s${index}` }));
  expect(() => patched(many)).toThrow(expect.objectContaining({ status: 413 }));
});
