import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { CAUSES } from '../../../idp/explanations/explanation';
import { explanationOf } from '../../../idp/explanations/explanations';
import { ERROR_CODES } from '../../../scim/errors/scim-error';

/*
 * Errors are data: every ScimError comes from a factory in scim/errors, which gives it a code, and
 * every code has an explanation. These tests read the sources with the TypeScript compiler.
 */

const ROOT = path.join(__dirname, '..', '..', '..');
const FACTORIES = path.join(ROOT, 'scim', 'errors');

function sourcesBelow(folder: string): readonly ts.SourceFile[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => path.join(folder, file))
    .map((file) =>
      ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true),
    );
}

function nodesOf(source: ts.SourceFile): readonly ts.Node[] {
  const nodes: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    nodes.push(node);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return nodes;
}

function placeOf(node: ts.Node): string {
  const source = node.getSourceFile();
  const { line } = source.getLineAndCharacterOfPosition(node.getStart());
  return `${path.relative(ROOT, source.fileName)}:${line + 1} ${node.getText().slice(0, 80)}`;
}

const sources = ['scim', 'idp', 'directory', 'lambdas'].flatMap((folder) =>
  sourcesBelow(path.join(ROOT, folder)),
);
const factories = sources.filter(({ fileName }) => fileName.startsWith(FACTORIES));

/** The names of everything that a file in scim/errors exports as a function. */
const factoryNames = new Set(
  factories.flatMap(nodesOf).flatMap((node) => {
    if (!ts.isFunctionDeclaration(node) || node.name === undefined) return [];
    return [node.name.text];
  }),
);

test('only the factories create a ScimError', () => {
  const created = sources
    .filter((source) => !factories.includes(source))
    .flatMap(nodesOf)
    .filter((node) => ts.isNewExpression(node) && node.expression.getText() === 'ScimError');
  expect(created.map(placeOf)).toEqual([]);
});

test('every throw in the protocol throws an error of a factory, or one that it caught', () => {
  const throws = sources
    .filter(({ fileName }) => path.relative(ROOT, fileName).startsWith(`scim${path.sep}`))
    .flatMap(nodesOf)
    .filter(ts.isThrowStatement);
  expect(throws.length).toBeGreaterThan(50);
  const others = throws.filter(({ expression }) => !isKnown(expression));
  expect(others.map(placeOf)).toEqual([]);
});

/** A call of a factory, of a method that calls one, or an error that was caught. */
function isKnown(expression: ts.Expression): boolean {
  if (ts.isConditionalExpression(expression)) {
    return isKnown(expression.whenTrue) && isKnown(expression.whenFalse);
  }
  if (ts.isIdentifier(expression)) return expression.text === 'error';
  if (!ts.isCallExpression(expression)) return false;
  const { expression: called } = expression;
  if (ts.isPropertyAccessExpression(called)) {
    return called.getText() === 'this.error' || called.name.text === 'with';
  }
  return factoryNames.has(called.getText()) || isLocalFactory(called);
}

/** A function of the same file that returns what a factory creates. */
function isLocalFactory(called: ts.Expression): boolean {
  return nodesOf(called.getSourceFile()).some(
    (node) =>
      (ts.isFunctionDeclaration(node) || ts.isVariableDeclaration(node)) &&
      node.name?.getText() === called.getText() &&
      / ScimError\b/.test(node.getText()),
  );
}

test('every code is used by a factory', () => {
  const text = factories.map((source) => source.text).join('\n');
  const unused = ERROR_CODES.filter((code) => !text.includes(`'${code}'`));
  expect(unused).toEqual([]);
  for (const code of ERROR_CODES) {
    const uses = text.split(`'${code}'`).length - 1;
    // Once in the list of codes, and at least once in a factory.
    expect([code, uses >= 2]).toEqual([code, true]);
  }
});

test('every code has an explanation of its own', () => {
  const titles = CAUSES.map((cause) => explanationOf(cause).title);
  expect(new Set(titles).size).toBe(CAUSES.length);
  for (const code of ERROR_CODES) expect(CAUSES).toContain(code);
});

test('no code reads the message of an error', () => {
  const readers = ['match', 'search', 'includes', 'startsWith', 'endsWith', 'replace', 'split'];
  const suspicious = sources.flatMap(nodesOf).filter((node) => {
    if (!ts.isPropertyAccessExpression(node) || !readers.includes(node.name.text)) return false;
    const subject = node.expression.getText();
    return /(?:^|\.)(?:message|detail)$/.test(subject);
  });
  const tested = sources.flatMap(nodesOf).filter((node) => {
    if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return false;
    if (!['test', 'exec'].includes(node.expression.name.text)) return false;
    return node.arguments.some((argument) =>
      /(?:^|\.)(?:message|detail)$/.test(argument.getText()),
    );
  });
  expect([...suspicious, ...tested].map(placeOf)).toEqual([]);
});
