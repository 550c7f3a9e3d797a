/** How the parser words an error, and how a person reads it. */
const SENTENCES: readonly (readonly [RegExp, (...parts: string[]) => string])[] = [
  [/^unknown command '(.*)'$/s, (name) => `There is no command ${name}.`],
  [/^unknown option '(.*)'$/s, (name) => `There is no option ${name}.`],
  [/^missing required argument '(.*)'$/s, (name) => `The argument <${name}> is missing.`],
  [
    /^option '(?:-\w, )?(--[\w-]+) (<.*>)' argument missing$/s,
    (name, value) => `${name} needs a value: ${name} ${value}.`,
  ],
  [
    /^too many arguments for '(.*)'\. Expected (\d+) arguments? but got (\d+).*$/s,
    (name, most, given) =>
      `The command ${name} takes ${most === '0' ? 'no' : most} arguments, but got ${given}.`,
  ],
];

const REMEDY = 'Run cached-llm --help to see what there is.';

/** The parser's error in whole sentences: what is wrong, and what to write instead. */
export function plainError(text: string): string {
  const [message = '', hint] = text.trim().split(/\n(?=\(Did you mean )/);
  const wrong = message.replace(/^error: /, '');
  const known = SENTENCES.find(([pattern]) => pattern.test(wrong));
  if (known === undefined) return text;
  const [pattern, sentence] = known;
  const what = sentence(...(pattern.exec(wrong)?.slice(1) ?? []));
  const remedy = hint === undefined ? REMEDY : hint.slice(1, -1);
  return `error: ${what} ${remedy}\n`;
}
