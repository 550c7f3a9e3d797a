// Reads the prose of a page: its paragraphs, the items of its lists and the cells of its tables, without code blocks and comments.

/** A piece of prose that stands by itself, with the line on which it starts. */
const piece = (line, text, kind) => ({ line, text: text.trim(), kind });

const cellsOf = (row) =>
  row
    .replace(/^\s*\||\|\s*$/g, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.replaceAll('\\|', '|'));

/** What starts a new piece: an item of a list, a heading, a quotation, a block of HTML. */
const STARTS = /^\s*([-*+]|\d+\.) +|^#+ +|^> ?/;

/** The kind of a line: what it starts, or whether it goes on with the line before. */
function kindOf(line) {
  if (/^\s*\|/.test(line)) return /^[\s|:-]+$/.test(line) ? 'nothing' : 'row';
  if (line.trim() === '' || /^\s*<|^!?\[[^\]]*\]\([^)]*\)$|^---+$/.test(line)) return 'nothing';
  if (line.startsWith('#')) return 'heading';
  return STARTS.test(line) ? 'start' : 'text';
}

/** Replaces code blocks and comments by empty lines, so that the numbers of the lines stay. */
function withoutCode(page) {
  const empty = (block) => block.replaceAll(/[^\n]+/g, '');
  return page
    .replace(/^---\n[\s\S]*?\n---$/m, (block) => (page.startsWith(block) ? empty(block) : block))
    .replaceAll(/^( *)```[\s\S]*?^\1```$/gm, empty)
    .replaceAll(/<!--[\s\S]*?-->/g, empty);
}

/** The pieces of a page, in their order. */
export function piecesOf(page) {
  const pieces = [];
  let open;
  for (const [index, line] of withoutCode(page).split('\n').entries()) {
    const kind = kindOf(line);
    if (kind === 'text' && open !== undefined) {
      open.text += ` ${line.trim()}`;
      continue;
    }
    open = undefined;
    if (kind === 'row') pieces.push(...cellsOf(line).map((cell) => piece(index + 1, cell, 'cell')));
    if (kind === 'start' || kind === 'text' || kind === 'heading') {
      open = piece(index + 1, line.replace(STARTS, ''), kind === 'heading' ? kind : 'text');
      pieces.push(open);
      if (kind === 'heading') open = undefined;
    }
  }
  return pieces.filter(({ text }) => /[a-z]{2}/i.test(text));
}
