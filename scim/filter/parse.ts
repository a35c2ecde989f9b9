import { filterTooLarge, invalidFilter } from '../errors/filter-errors';
import { quoted, ScimError } from '../errors/scim-error';
import { parseJson } from '../json';
import { LIMITS } from '../limits';
import {
  COMPARISON_OPERATORS,
  type ComparisonOperator,
  type ComparisonValue,
  type Filter,
} from './ast';

/**
 * Parses a filter. It supports the whole ABNF of RFC 7644 section 3.4.2.2 (figure 1), with
 * operators and literals in any case, up to a maximum length and depth. It also accepts the form
 * that Entra ID uses for matching, `emails[type eq "work"].value eq "…"`, and parses it as
 * `emails[type eq "work" and value eq "…"]`.
 * @throws ScimError 400 `invalidFilter`; for a syntax error with its position, counted from 1
 */
export function parseFilter(text: string): Filter {
  const parser = new FilterParser(text);
  const filter = parser.filter();
  parser.end();
  return filter;
}

/**
 * Parses the filter in a value path's brackets, such as `[type eq "work"]`, within a longer text.
 * @param start index of the `[`
 * @returns the filter and the index after the `]`
 * @throws ScimError 400 `invalidFilter`
 */
export function parseBracketedFilter(text: string, start: number): { filter: Filter; end: number } {
  const parser = new FilterParser(text, start);
  return { filter: parser.brackets(), end: parser.position };
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])/y;
// A string with an escape or a control character (JSON refuses most of these) needs `JSON.parse`.
const NEEDS_DECODING = /[\\\p{Cc}]/u;
const STRING = /"(?:[^"\\]|\\.)*"/sy;

const IN_NAME = 1;
const BEGINS_NAME = 2;
const IS_SPACE = 4;

/** The classes of each ASCII character. Looking them up is faster than trying patterns. */
const CHARACTERS = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  if (/[A-Za-z$]/.test(character)) return IN_NAME | BEGINS_NAME;
  if (/[\w:.-]/.test(character)) return IN_NAME;
  return /\s/.test(character) ? IS_SPACE : 0;
});

class FilterParser {
  private depth = 0;

  constructor(
    private readonly text: string,
    public position = 0,
  ) {
    if (text.length > LIMITS.filterLength) {
      throw filterTooLarge(`is longer than ${LIMITS.filterLength} characters`);
    }
  }

  /** FILTER: `and` binds tighter than `or` (RFC 7644 section 3.4.2.2, order of operations). */
  filter(): Filter {
    let left = this.conjunction();
    while (this.keyword('or')) left = { kind: 'or', left, right: this.conjunction() };
    return left;
  }

  /** `[` valFilter `]` of a value path. */
  brackets(): Filter {
    return this.enclosed('[', ']');
  }

  /** @throws ScimError 400 `invalidFilter` if text follows the filter */
  end(): void {
    this.skipSpace();
    if (this.position < this.text.length) throw this.error('expected "and", "or" or the end');
  }

  private conjunction(): Filter {
    let left = this.term();
    while (this.keyword('and')) left = { kind: 'and', left, right: this.term() };
    return left;
  }

  private term(): Filter {
    this.skipSpace();
    if (this.text[this.position] === '(') return this.enclosed('(', ')');
    const start = this.position;
    if (this.keyword('not')) {
      this.skipSpace();
      if (this.text[this.position] === '(') return { kind: 'not', filter: this.enclosed('(', ')') };
      this.position = start;
    }
    return this.attributeExpression();
  }

  private enclosed(open: string, close: string): Filter {
    this.take(open);
    this.depth += 1;
    if (this.depth > LIMITS.filterDepth) {
      throw filterTooLarge(`nests deeper than ${LIMITS.filterDepth} levels`);
    }
    const filter = this.filter();
    this.depth -= 1;
    this.take(close);
    return filter;
  }

  private attributeExpression(): Filter {
    const position = this.position;
    const path = this.name();
    if (path === undefined) throw this.error('expected an attribute name');
    if (this.text[this.position] !== '[') return this.comparison(path, position);
    const filter = this.brackets();
    if (this.text[this.position] !== '.') return { kind: 'values', path, filter, position };
    this.position += 1;
    const subPosition = this.position;
    const subAttribute = this.name();
    if (subAttribute === undefined) throw this.error('expected a sub-attribute after "]."');
    const right = this.comparison(subAttribute, subPosition);
    return { kind: 'values', path, filter: { kind: 'and', left: filter, right }, position };
  }

  private comparison(path: string, position: number): Filter {
    const start = this.skipSpace();
    const word = this.name() ?? '';
    const operator = OPERATORS.get(word) ?? OPERATORS.get(word.toLowerCase());
    if (operator === 'pr') return { kind: 'present', path, position };
    if (operator === undefined) {
      this.position = start;
      throw this.error(
        `expected an operator (${COMPARISON_OPERATORS.join(', ')} or pr) after ${quoted(path)}`,
      );
    }
    return { kind: 'compare', path, operator, value: this.value(operator), position };
  }

  private value(operator: ComparisonOperator): ComparisonValue {
    const start = this.skipSpace();
    if (this.text[start] === '"') {
      const end = this.text.indexOf('"', start + 1);
      const plain = this.text.slice(start + 1, Math.max(start + 1, end));
      if (end !== -1 && !NEEDS_DECODING.test(plain)) {
        this.position = end + 1;
        return this.wellFormed(plain, start);
      }
      const string = this.match(STRING);
      if (string !== undefined) return this.string(string, start);
    }
    const number = this.is(start, BEGINS_NAME) ? undefined : this.match(NUMBER);
    if (number !== undefined) return Number(number);
    switch (this.name()?.toLowerCase()) {
      case 'true':
        return true;
      case 'false':
        return false;
      case 'null':
        return null;
      default:
        this.position = start;
        throw this.error(
          `expected a string in double quotes, a number, true, false or null after "${operator}"`,
        );
    }
  }

  private string(literal: string, start: number): string {
    try {
      const value = parseJson(literal);
      if (typeof value === 'string') return this.wellFormed(value, start);
    } catch (error) {
      if (error instanceof ScimError) throw error;
      // An escape that JSON does not define, or a raw control character: reported below.
    }
    this.position = start;
    throw this.error('expected a JSON string; check its backslashes');
  }

  private wellFormed(value: string, start: number): string {
    if (value.isWellFormed()) return value;
    this.position = start;
    throw this.error('expected well-formed Unicode in the string');
  }

  /** Consumes a word, in any case, if it comes next. */
  private keyword(word: string): boolean {
    const start = this.skipSpace();
    // The first letter rules out most words that are not keywords (| 32 makes it lower case).
    if ((this.text.charCodeAt(start) | 32) !== word.charCodeAt(0)) return false;
    const end = start + word.length;
    if (!this.continuesName(end)) {
      const found = this.text.slice(start, end);
      if (found === word || found.toLowerCase() === word) {
        this.position = end;
        return true;
      }
    }
    return false;
  }

  private take(character: string): void {
    this.skipSpace();
    if (this.text[this.position] !== character) throw this.error(`expected "${character}"`);
    this.position += 1;
  }

  private skipSpace(): number {
    while (this.is(this.position, IS_SPACE)) this.position += 1;
    return this.position;
  }

  /** Consumes an attribute path, an operator or a literal; all use the same characters. */
  private name(): string | undefined {
    const start = this.position;
    if (!this.is(start, BEGINS_NAME)) return undefined;
    while (this.continuesName(this.position)) this.position += 1;
    return this.text.slice(start, this.position);
  }

  private continuesName(at: number): boolean {
    return this.is(at, IN_NAME);
  }

  private is(at: number, characterClass: number): boolean {
    const classes = CHARACTERS[this.text.charCodeAt(at)];
    return classes !== undefined && (classes & characterClass) !== 0;
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.position;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.position += found.length;
    return found;
  }

  private error(expected: string): ScimError {
    const rest = this.text.slice(this.position, this.position + 20);
    const found = rest === '' ? 'the filter ends' : `found ${JSON.stringify(rest)}`;
    return invalidFilter(this.position, `${expected}, but ${found}`);
  }
}

const OPERATORS: ReadonlyMap<string, ComparisonOperator | 'pr'> = new Map([
  ...COMPARISON_OPERATORS.map((operator) => [operator, operator] as const),
  ['pr', 'pr'],
]);
