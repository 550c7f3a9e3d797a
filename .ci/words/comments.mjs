// Reads the comments of a source: docstrings, which are Markdown with tags, and lines that stand together, with the line of each.
import { parseSync } from 'rolldown/utils';
import { piecesOf } from './prose.mjs';

/** What a tool reads, and no person. */
const isDirective = ({ value }) => /^\s*(?:biome-ignore|@ts-|eslint|[#@]__|<reference)/.test(value);

/** A docstring as a page: its stars are gone, a tag begins a paragraph, and a `{@link name}` is code. */
const pageOf = (value) =>
  value
    .replace(/^\*/, '')
    .replaceAll(/^[ \t]*\*[ \t]?/gm, '')
    .replaceAll(/\{@link ([^}|]+?)(?:\s*\|[^}]*)?\}/g, '`$1`')
    .replaceAll(/^@(?:param|typeParam|template)[ \t]+\S+[ \t-]*/gm, '- ')
    .replaceAll(/^@(?:see|internal|example)\b.*$/gm, '')
    .replaceAll(/^@\w+[ \t]*/gm, '- ')
    .replaceAll(/ @(?:default|throws)\b[ \t]*/g, '\n- ');

/** Names of classes, of errors, of values and of repositories are code, also without backticks. */
const NAMES =
  /(?<![`\w@/-])(?:[A-Z]\w*[a-z][A-Z]\w*|[A-Z]\w*Error|undefined|bigints?|NaN|[a-z]+(?:-[a-z]+)*-(?:cli|genai|go|node|python|sdk|typescript))(?![`\w/])/g;

/** Fewer words are a label such as `// hit`, and no sentence. */
const SHORTEST = 6;

/** Lines that follow each other are one text, unless the first stands behind code. */
function* textsOf(comments, source, lineOf) {
  let open;
  for (const comment of comments) {
    const line = lineOf(comment.start);
    if (comment.type === 'Block') {
      yield { line, text: pageOf(comment.value) };
      continue;
    }
    const before = source.slice(source.lastIndexOf('\n', comment.start) + 1, comment.start);
    const isAlone = before.trim() === '';
    if (open !== undefined && isAlone && open.isAlone && line === open.last + 1) {
      open.text += `\n${comment.value.trim()}`;
      open.last = line;
      continue;
    }
    if (open !== undefined) yield open;
    open = { line, last: line, isAlone, text: comment.value.trim() };
  }
  if (open !== undefined) yield open;
}

/** The prose in the comments of a source. */
export function commentsIn(source) {
  const starts = [0, ...[...source.matchAll(/\n/g)].map(({ index }) => index + 1)];
  const lineOf = (place) => starts.findLastIndex((start) => start <= place) + 1;
  const { comments } = parseSync('source.ts', source);
  const texts = textsOf(
    comments.filter((comment) => !isDirective(comment)),
    source,
    lineOf,
  );
  return [...texts].flatMap(({ line, text }) =>
    piecesOf(text)
      .filter((piece) => piece.text.split(/\s+/).length >= SHORTEST)
      .map((piece) => ({
        ...piece,
        text: piece.text.replaceAll(NAMES, '`$&`'),
        line: line + piece.line - 1,
      })),
  );
}
