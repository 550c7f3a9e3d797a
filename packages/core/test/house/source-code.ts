import { parseSync } from '@swc/core';

type Node = Readonly<Record<string, unknown>>;

/** The size of a function in a file. */
export interface MeasuredFunction {
  readonly line: number;
  readonly lines: number;
  /** How deep its control blocks are nested. */
  readonly nesting: number;
  readonly parameters: number;
}

const FUNCTIONS = new Set([
  'FunctionDeclaration',
  'FunctionExpression',
  'ArrowFunctionExpression',
  'Constructor',
  'ClassMethod',
  'PrivateMethod',
  'MethodProperty',
  'GetterProperty',
  'SetterProperty',
]);
const BLOCKS = new Set([
  'IfStatement',
  'ForStatement',
  'ForInStatement',
  'ForOfStatement',
  'WhileStatement',
  'DoWhileStatement',
  'SwitchStatement',
  'TryStatement',
]);

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function childrenOf(node: Node): Node[] {
  return Object.values(node).flat().filter(isNode);
}

function nodesIn(node: Node): Node[] {
  return [node, ...childrenOf(node).flatMap(nodesIn)];
}

const isFunction = (node: Node) => FUNCTIONS.has(String(node.type));
/** An `else if` has the same nesting as its `if`. */
const isElseIf = (node: Node, child: Node) =>
  child.type === 'IfStatement' && child === node.alternate;

function nestingOf(node: Node): number {
  const depths = childrenOf(node)
    .filter((child) => !isFunction(child)) // an inner function is measured by itself
    .map(
      (child) =>
        nestingOf(child) + (BLOCKS.has(String(child.type)) && !isElseIf(node, child) ? 1 : 0),
    );
  return Math.max(0, ...depths);
}

/** The offsets of swc count bytes and start at 1. */
function span(node: Node): { readonly start: number; readonly end: number } {
  const { start, end } = node.span as { start: number; end: number }; // every syntax node has a span
  return { start: start - 1, end: end - 1 };
}

function parametersOf(node: Node): number {
  const { params } = (isNode(node.function) ? node.function : node) as { params?: unknown[] }; // a function has a list of parameters
  return params?.length ?? 0;
}

const parse = (text: string): Node =>
  parseSync(text, { syntax: 'typescript', decorators: true, target: 'es2022' }) as unknown as Node; // swc returns a tree of nodes

export function functionsIn(text: string): MeasuredFunction[] {
  const bytes = Buffer.from(text);
  const lineAt = (offset: number) => bytes.subarray(0, offset).toString().split('\n').length;
  return nodesIn(parse(text))
    .filter(isFunction)
    .map((node) => {
      const { start, end } = span(node);
      const line = lineAt(start);
      const lines = lineAt(end) - line + 1;
      return { line, lines, nesting: nestingOf(node), parameters: parametersOf(node) };
    });
}

const SOURCED = new Set(['ImportDeclaration', 'ExportNamedDeclaration', 'ExportAllDeclaration']);

function importedBy(node: Node): unknown {
  if (SOURCED.has(String(node.type))) return (node.source as Node | null)?.value; // an export without a source imports nothing
  if (node.type === 'TsImportType') return (node.argument as Node).value; // the type `import('…').Name` names a module
  const isCall = node.type === 'CallExpression' && (node.callee as Node).type === 'Import'; // a call has a callee
  return isCall ? (node.arguments as { expression: Node }[])[0]?.expression.value : undefined; // and it has arguments
}

/** The modules that a file imports, statically or at run time, types included. */
export function importsIn(text: string): string[] {
  return nodesIn(parse(text))
    .map(importedBy)
    .filter((name) => typeof name === 'string');
}
