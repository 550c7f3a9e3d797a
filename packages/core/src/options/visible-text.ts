/**
 * Characters that nobody sees and that change what is seen: controls (ESC and line ends among them), marks of direction,
 * spaces without a width, tags, halves of a surrogate pair. An emoji keeps its joiners and its variant.
 */
const HIDDEN =
  /(?!(?<=\p{Emoji})\ufe0f|(?<=\p{ExtPict}|\p{EMod}|\ufe0f)\u200d(?=\p{ExtPict}))[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{DI}]/gu;

/** Most texts have no such character, and this is seen faster. */
const MAY_HIDE = /[^ -~]/;

const SHORT: ReadonlyMap<string, string> = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

const escaped = (character: string): string =>
  SHORT.get(character) ??
  Array.from(
    { length: character.length },
    (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`,
  ).join('');

/**
 * A text that somebody else wrote, as one line for a terminal or a log: hidden characters are written as JSON writes
 * them, `\u001b` for ESC. Without this, a model's name could move the cursor, or add a line of its own.
 */
export function visibleText(text: string): string {
  return MAY_HIDE.test(text) ? text.replace(HIDDEN, escaped) : text;
}

/** Like {@link visibleText}, with its line feeds. JSON stays the same JSON. */
export function visibleLines(text: string): string {
  if (!MAY_HIDE.test(text)) return text;
  return text.replace(HIDDEN, (character) => (character === '\n' ? character : escaped(character)));
}
