import { inspect } from 'node:util';

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

/** Shows the application a warning, in one line: it may name a function, or repeat the error of a listener. */
export function warn(
  text: string,
  options: { readonly type?: string; readonly code?: string } = {},
): void {
  process.emitWarning(visibleText(text), options);
}

/** The stable names of everything that can be misused. */
export type LlmCacheErrorCode =
  | 'ANONYMOUS_FUNCTION'
  | 'CALL_TIMEOUT'
  | 'FIXTURE_FOLDER'
  | 'FIXTURE_UNREADABLE'
  | 'FIXTURE_SECRET'
  | 'INVALID_DURATION'
  | 'INVALID_OPTION'
  | 'NOT_A_METHOD'
  | 'NOT_AN_ANSWER'
  | 'REPLAY_MISS'
  | 'SCOPE_REQUIRED'
  | 'STORE_PACKAGE_MISSING'
  | 'UNKNOWN_STORE'
  | 'WRONG_CLIENT';

/**
 * Thrown for misuse, when a cache or a cached call is defined, for a miss in `replay` mode, and for a provider that sends
 * nothing for `callTimeout`. Nothing else that goes wrong later makes a call fail. The message names the value and says
 * what to write instead.
 */
export class LlmCacheError extends Error {
  override readonly name = 'LlmCacheError';
  /** Stable across versions and copies of the package: compare this, not the message. */
  readonly code: LlmCacheErrorCode;

  constructor(code: LlmCacheErrorCode, message: string, options?: ErrorOptions) {
    super(visibleLines(message), options); // it may name a model or a function
    this.code = code;
  }
}

/**
 * Refuses an option.
 *
 * @param what which value the option has (`is "fast"`), without anything that is secret
 * @param remedy what to write instead, as a whole sentence
 * @throws {LlmCacheError} `INVALID_OPTION`, always
 */
export function invalidOption(option: string, what: string, remedy: string): never {
  throw new LlmCacheError('INVALID_OPTION', `${option} ${what}. ${remedy}`);
}

/** A value as it was written, for an error about an option that holds no secret. */
export function showValue(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : inspect(value, { depth: 0 });
}

/** What a value is, in words for an error: never what it holds. */
export function describeKind(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value !== 'object') return `a ${typeof value}`;
  const name = value.constructor?.name;
  return name === undefined ? 'an object without a class' : `an instance of ${name}`;
}

/** How many letters have to be changed, added or removed to make the one name of the other. */
function editDistance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_none, column) => column);
  for (const [line, letter] of [...one].entries()) {
    const next = [line + 1];
    for (const [column, otherLetter] of [...other].entries()) {
      const [change = 0, remove = 0] = row.slice(column);
      const add = next[column] ?? 0;
      next.push(Math.min(change + (letter === otherLetter ? 0 : 1), remove + 1, add + 1));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}

const lettersOf = (name: string): string => name.toLowerCase().replace(/[^a-z]/g, '');

/** The known name that is most like the given one; `undefined` where none is like it. */
function nearestName(given: string, known: readonly string[]): string | undefined {
  const near = known
    .map((name) => ({ name, distance: editDistance(lettersOf(given), lettersOf(name)) }))
    .filter(({ name, distance }) => distance <= Math.max(given.length, name.length) * 0.4)
    .sort((one, other) => one.distance - other.distance);
  return near[0]?.name;
}

/**
 * Refuses a name that is no option: it would be ignored in silence.
 *
 * @param remedies what to write in place of a name that is an option of something else, as a whole sentence
 * @throws {LlmCacheError} `INVALID_OPTION`
 */
export function refuseUnknownOptions(
  options: object,
  known: ReadonlySet<string>,
  remedies: (name: string) => string | undefined = () => undefined,
): void {
  for (const [name, value] of Object.entries(options)) {
    if (known.has(name) || value === undefined) continue;
    // A text, a list or a cache in place of options. Another realm has an Object of its own.
    if ((options.constructor?.name ?? 'Object') !== 'Object') {
      invalidOption('The options', `are ${describeKind(options)}`, "Write { cache, ttl: '1h' }.");
    }
    const nearest = nearestName(name, [...known]);
    const other = nearest === undefined ? `The options are ${[...known].join(', ')}.` : undefined;
    const remedy = remedies(name) ?? other ?? `Did you mean ${nearest}?`;
    invalidOption(visibleText(name), 'is not an option here', remedy);
  }
}

interface Failure {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly message?: unknown;
  readonly cause?: unknown;
}

/** No chain of causes is this long, unless it is a cycle. */
const MAX_CAUSES = 20;

/** An {@link LlmCacheError}, or the error that an SDK made of one. The `code` of the latter is the SDK's own. */
export interface LlmCacheFailure extends Error {
  readonly code?: unknown;
}

/**
 * Is the error an {@link LlmCacheError}, of this copy of the package or of another, or an error that an SDK made of
 * one? SDKs wrap what their transport throws, and repeat the transport's message in their own error.
 *
 * @param code @default any
 */
export function isLlmCacheError(
  error: unknown,
  code?: LlmCacheErrorCode,
): error is LlmCacheFailure {
  let failure: Failure | undefined = error as Failure | undefined; // whatever was thrown
  for (let depth = 0; depth < MAX_CAUSES && typeof failure === 'object'; depth += 1) {
    const { name, message, cause }: Failure = failure ?? {};
    if (name === 'LlmCacheError' && (code ?? failure?.code) === failure?.code) return true;
    if (String(message).includes(`LlmCacheError ${code ?? ''}`)) return true;
    failure = cause as Failure | undefined; // likewise
  }
  return false;
}
