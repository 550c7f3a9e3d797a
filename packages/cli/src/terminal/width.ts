/** Scripts whose characters take two columns: the wide ones of Unicode's East Asian Width, and emoji. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18dff}\u{1b000}-\u{1b2ff}\u{1f200}-\u{1f2ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|\p{Emoji}\ufe0f/u;
const ASCII = /^[ -~]*$/;
const MARKS = /^\p{M}*$/u;

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

function widthOf(grapheme: string): number {
  if (MARKS.test(grapheme)) return 0;
  return WIDE.test(grapheme) ? 2 : 1;
}

/** The longest start of a text that fits in so many columns, and the columns that it takes. */
function startWithin(
  text: string,
  columns: number,
): { readonly start: string; readonly width: number } {
  let [start, width] = ['', 0];
  for (const { segment } of graphemes.segment(text)) {
    const next = width + widthOf(segment);
    if (next > columns) break;
    start += segment;
    width = next;
  }
  return { start, width };
}

/** The columns that a text takes on a terminal. It has no hidden characters. */
export function displayWidth(text: string): number {
  return ASCII.test(text) ? text.length : startWithin(text, Number.POSITIVE_INFINITY).width;
}

/** The text in exactly so many columns. A longer one is cut, with `…` at its end. */
export function fitted(text: string, columns: number, align: 'left' | 'right' = 'left'): string {
  const isLonger = displayWidth(text) > columns;
  const shown = isLonger ? `${startWithin(text, columns - 1).start}…` : text;
  const room = ' '.repeat(columns - displayWidth(shown));
  return align === 'right' ? room + shown : shown + room;
}

/** The text in lines of at most so many columns, split between words. A longer word has a line of its own. */
export function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (displayWidth(longer) > width && line !== '') lines.push(line);
    line = displayWidth(longer) > width && line !== '' ? word : longer;
  }
  return [...lines, line];
}
