import { notComparable } from '../errors/filter-errors';
import type { ScimError } from '../errors/scim-error';
import type { Json } from '../json';
import type { Attribute } from '../schema/attribute';
import type { ComparisonOperator, ComparisonValue } from './ast';

/**
 * Returns a string in the form in which attributes with `caseExact: false` are compared (RFC 7643
 * section 2.2). The table's keys use the same form, so that key lookups and evaluated filters
 * agree.
 */
export function foldCase(value: string): string {
  // A shortcut for ASCII, which most values are: comparisons take most of a filter's time.
  if (!BEYOND_ASCII.test(value)) return value.toLowerCase();
  if (!isNormalizable(value)) return value.toLowerCase();
  return FOLDED.formOf(value);
}

/**
 * Folded forms of texts beyond ASCII. A filter may compare one stored text hundreds of times, and
 * normalizing it costs more than comparing it.
 */
class FoldedForms {
  private readonly forms = new Map<string, string>();
  private characters = 0;

  formOf(value: string): string {
    const known = this.forms.get(value);
    if (known !== undefined) return known;
    if (this.characters > CACHED_CHARACTERS) {
      this.forms.clear();
      this.characters = 0;
    }
    const form = normalized(value);
    this.forms.set(value, form);
    this.characters += value.length;
    return form;
  }
}

/** More characters than a resource has, so that evaluating a filter on it folds each text once. */
const CACHED_CHARACTERS = 1_000_000;

const FOLDED = new FoldedForms();

function normalized(value: string): string {
  // The lower case of Σ depends on the characters around it; the comparison must not. Lower case
  // can be composed where upper case cannot: J̌ has two code points, ǰ has one.
  const lower = value.normalize('NFC').toLowerCase().replaceAll('ς', 'σ');
  return lower.normalize('NFC');
}

const BEYOND_ASCII = /[\u0080-\uffff]/;

/**
 * Returns whether a text can be normalized in linear time: a long run of combining marks takes
 * quadratic time. No text has as many (Unicode Standard Annex 15, section 12.2).
 */
export function isNormalizable(value: string): boolean {
  return !MANY_MARKS.test(value);
}

const MANY_MARKS = /\p{M}{31}/u;

/**
 * Returns an attribute's string in the form in which it is compared and stored in keys. Names that
 * differ in case, or in white space around them, are the same.
 */
export function comparable(attribute: Attribute, value: string): string {
  return attribute.caseExact ? value : foldCase(value).trim();
}

/**
 * Returns the time of a dateTime (RFC 7643 section 2.3.5) in milliseconds since the epoch; NaN for
 * other text. The offset is optional in xsd:dateTime; without one the time is read as UTC.
 */
export function instant(text: string): number {
  const [matched, local = '', fraction = '', sign, hours, minutes] = DATE_TIME.exec(text) ?? [];
  if (matched === undefined) return Number.NaN;
  const offset = sign === undefined ? 'Z' : `${sign === ' ' ? '+' : sign}${hours}:${minutes}`;
  return Date.parse(`${local}${fraction.slice(0, 4)}${offset}`);
}

// xsd:dateTime, and offsets as clients write them: `+0000`, and with a `+` that a query decodes to
// a space.
const DATE_TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(?:Z|([+ -])(\d\d):?(\d\d))?$/;

type Test = (value: Json) => boolean;

/**
 * Compiles `attribute operator value` to a test of one stored value. The attribute's type
 * determines the kind of comparison (RFC 7644 section 3.4.2.2, table 3). `bind.ts` handles null.
 * @throws ScimError 400 `invalidFilter` if the operator or the value does not fit the attribute
 */
export function comparisonTest(
  attribute: Attribute,
  operator: ComparisonOperator,
  value: Exclude<ComparisonValue, null>,
): Test {
  switch (attribute.type) {
    case 'boolean':
      return booleanTest(attribute, operator, value);
    case 'integer':
    case 'decimal':
      return numberTest(attribute, operator, value);
    case 'dateTime':
      return dateTimeTest(attribute, operator, value);
    case 'binary':
      if (operator !== 'eq' && operator !== 'ne') throw unsupported(attribute, operator);
      return stringTest(attribute, operator, value);
    default:
      return stringTest(attribute, operator, value);
  }
}

function booleanTest(
  attribute: Attribute,
  operator: ComparisonOperator,
  value: ComparisonValue,
): Test {
  if (typeof value !== 'boolean') throw mismatch(attribute, 'true or false');
  if (operator === 'eq') return (stored) => stored === value;
  if (operator === 'ne') return (stored) => stored !== value;
  throw unsupported(attribute, operator);
}

function numberTest(
  attribute: Attribute,
  operator: ComparisonOperator,
  value: ComparisonValue,
): Test {
  if (typeof value !== 'number') throw mismatch(attribute, 'a number');
  const test = ordering(operator);
  if (test === undefined) throw unsupported(attribute, operator);
  return (stored) => typeof stored === 'number' && test(stored - value);
}

function dateTimeTest(
  attribute: Attribute,
  operator: ComparisonOperator,
  value: ComparisonValue,
): Test {
  if (typeof value !== 'string') throw mismatch(attribute, 'a date and time in double quotes');
  const test = ordering(operator);
  // `co`, `sw` and `ew` compare the text: `meta.created sw "2026-"`.
  if (test === undefined) return stringTest(attribute, operator, value);
  const wanted = instant(value);
  if (Number.isNaN(wanted))
    throw mismatch(attribute, 'a date and time such as "2026-01-31T08:00:00Z"');
  return (stored) => typeof stored === 'string' && test(instant(stored) - wanted);
}

function stringTest(
  attribute: Attribute,
  operator: ComparisonOperator,
  value: ComparisonValue,
): Test {
  if (typeof value !== 'string') throw mismatch(attribute, 'a string in double quotes');
  // White space within a text counts: `co " "`.
  const isPart = operator === 'co' || operator === 'sw' || operator === 'ew';
  const fold = attribute.caseExact ? (text: string) => text : foldCase;
  const form = isPart ? fold : (text: string) => comparable(attribute, text);
  const test = textTest(operator, form(value));
  return (stored) => typeof stored === 'string' && test(form(stored));
}

function textTest(operator: ComparisonOperator, wanted: string): (stored: string) => boolean {
  switch (operator) {
    case 'co':
      return (stored) => stored.includes(wanted);
    case 'sw':
      return (stored) => stored.startsWith(wanted);
    case 'ew':
      return (stored) => stored.endsWith(wanted);
    case 'eq':
      return (stored) => stored === wanted;
    case 'ne':
      return (stored) => stored !== wanted;
    case 'gt':
      return (stored) => stored > wanted;
    case 'ge':
      return (stored) => stored >= wanted;
    case 'lt':
      return (stored) => stored < wanted;
    case 'le':
      return (stored) => stored <= wanted;
  }
}

/** Returns a test of the sign of a difference; undefined for operators that only apply to text. */
function ordering(operator: ComparisonOperator): ((difference: number) => boolean) | undefined {
  switch (operator) {
    case 'eq':
      return (difference) => difference === 0;
    case 'ne':
      return (difference) => difference !== 0;
    case 'gt':
      return (difference) => difference > 0;
    case 'ge':
      return (difference) => difference >= 0;
    case 'lt':
      return (difference) => difference < 0;
    case 'le':
      return (difference) => difference <= 0;
    default:
      return undefined;
  }
}

function unsupported({ name, type }: Attribute, operator: ComparisonOperator): ScimError {
  return notComparable(name, `is of type ${type} and cannot be compared with "${operator}"`);
}

function mismatch({ name, type }: Attribute, expected: string): ScimError {
  return notComparable(name, `is of type ${type}: compare it with ${expected}`);
}
