import { isAmong } from '../../../scim/patch/selection';
import type { Attribute } from '../../../scim/schema/attribute';
import { USER } from '../../../scim/schema/resource-type';

function attributeOf(path: string): Attribute {
  const target = USER.resolve(path);
  if (target?.attribute === undefined) throw new Error(path);
  return target.attribute;
}

describe('the elements that a removal names', () => {
  const [emails, addresses] = [attributeOf('emails'), attributeOf('addresses')];

  test('are identified by value and type, whatever else is sent', () => {
    const isNamed = isAmong(emails, [{ Value: 'A@x', type: 'work', display: 'old' }]);
    expect(isNamed({ value: 'a@X', type: 'Work', primary: true })).toBe(true);
    expect(isNamed({ value: 'a@x', type: 'home' })).toBe(false);
    expect(isNamed({ value: 'a@x' })).toBe(false);
  });

  test('are identified by the value alone if no type is sent', () => {
    const isNamed = isAmong(emails, [{ value: 'a@x' }, { value: 'b@x', type: 'home' }]);
    expect(isNamed({ value: 'a@x', type: 'home' })).toBe(true);
    expect(isNamed({ value: 'b@x', type: 'work' })).toBe(false);
  });

  test('are identified by all sub-attributes that are sent if there is no value', () => {
    const isNamed = isAmong(addresses, [{ Type: 'work', locality: 'a', region: '' }]);
    expect(isNamed({ type: 'work', locality: 'A', region: 'r' })).toBe(true);
    expect(isNamed({ type: 'work', locality: 'b' })).toBe(false);
  });

  test.each([[{}], [{ $ref: 'x' }], [{ value: null }], [{ value: '' }], [null]])(
    'cannot be told from %j',
    (element) => {
      expect(() => isAmong(emails, [{ value: 'a' }, element])).toThrow(
        expect.objectContaining({ scimType: 'invalidValue' }),
      );
    },
  );
});
