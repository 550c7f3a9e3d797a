// Reads the sentences that a program says: the string literals of its sources that are prose, with the line of each.
import { parseSync } from '@swc/core';

/** Statements of SQL, commands of Redis and lines of a shell begin with a word in capitals. */
const isCode = (text) => /^[A-Z]{3,}\b|=>|\$[({\w]|[{};]\s/.test(text);

/** Four words or more, of which the first has a capital letter. */
const isProse = (text) =>
  /^[A-Z`'"][^\n]* [^\n]*$/.test(text) && text.split(/\s+/).length >= 4 && !isCode(text);

/** A value in a template is one word of code. */
const textOf = (node) => {
  if (node.type === 'StringLiteral') return node.value;
  const pieces = node.quasis.map(({ cooked, raw }) => cooked ?? raw);
  return pieces.join('`X`');
};

function* literalsIn(node) {
  if (Array.isArray(node)) {
    for (const each of node) yield* literalsIn(each);
    return;
  }
  if (typeof node !== 'object' || node === null) return;
  if (node.type === 'ImportDeclaration' || (node.type === 'ExportNamedDeclaration' && node.source))
    return;
  if (node.type === 'StringLiteral' || node.type === 'TemplateLiteral') yield node;
  for (const value of Object.values(node)) yield* literalsIn(value);
}

/** The sentences in a source, with their lines. */
export function messagesIn(source) {
  // A program begins at its first token, and the places of swc count on from what it parsed before.
  const start = parseSync('', { syntax: 'typescript' }).span.end;
  const tree = parseSync(source, { syntax: 'typescript', decorators: true, target: 'es2022' });
  const bytes = Buffer.from(source);
  return [...literalsIn(tree)].flatMap((node) => {
    const text = textOf(node);
    if (!isProse(text)) return [];
    const line = bytes
      .subarray(0, node.span.start - start)
      .toString()
      .split('\n').length;
    return [{ line, text, kind: 'message' }];
  });
}
