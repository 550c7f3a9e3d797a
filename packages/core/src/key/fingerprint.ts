import type { CallIdentity } from './call-identity.ts';
import {
  type CanonicalForm,
  digestOfAll,
  escapeMark,
  fieldsInOrder,
  headText,
  isLongText,
  MARK,
  MAY_BE_IN_ORDER,
  QUOTED_IN_ORDER,
  quotedLongTextMark,
  wholeText,
} from './canonical-rules.ts';
import { areSame, type Fields, type ValueKind, valueKind } from './fields.ts';
import { canonicalTaggedValue, isUnwritten, taggedText, textOfPrimitive } from './tagged-values.ts';

/** The name of a field as JSON, before the first value of a record and before any other. */
interface QuotedName {
  readonly name: string;
  readonly first: string;
  readonly further: string;
  /** May the order of the fields in its value count? */
  readonly mayBeInOrder: boolean;
}

interface NameOrder {
  readonly given: readonly string[];
  readonly sorted: readonly QuotedName[];
}

/** The order of more names is not remembered, because such records are seldom alike. */
const MAX_SHARED_NAMES = 32;

const KNOWN_ORDERS = 128;

const knownOrders: (NameOrder | undefined)[] = new Array(KNOWN_ORDERS).fill(undefined);

function quotedName(name: string): QuotedName {
  const first = `${JSON.stringify(name)}:`;
  return { name, first, further: `,${first}`, mayBeInOrder: MAY_BE_IN_ORDER.has(name) };
}

function slotOf(names: readonly string[]): number {
  const [first = '', last = ''] = [names[0], names.at(-1)];
  return (
    (names.length * 31 + first.length * 7 + last.length * 3 + (first.codePointAt(0) ?? 0)) %
    KNOWN_ORDERS
  );
}

/** The names in order. Most records have the names of a record that was just written, so the order is remembered. */
function sortedNames(names: readonly string[]): readonly QuotedName[] {
  const place = slotOf(names);
  const order = knownOrders[place];
  if (order !== undefined && areSame(names, order.given)) return order.sorted;
  const sorted = [...names].sort().map(quotedName);
  if (names.length <= MAX_SHARED_NAMES) knownOrders[place] = { given: names, sorted };
  return sorted;
}

/** Deeper values, and cycles, are left to the full form, which says what is wrong with them. */
const MAX_DEPTH = 100;

/** Texts that JSON does not escape: no control character, quote, backslash or half of a surrogate pair. */
const LITERAL = /^[ !#-[\]-\ud7ff\ue000-\uffff]*$/;

/** Thrown for a value that is not plain, and caught in this file. It is made once, because nobody reads its stack. */
const NOT_PLAIN = new Error('Not plain.');

function quoted(text: string): string {
  return LITERAL.test(text) ? `"${text}"` : JSON.stringify(text);
}

/** Shorter lists, which nearly all requests have, gain nothing from {@link loadRuns}. */
const MIN_RUN = 64;

let runs: typeof import('./plain-runs.ts') | undefined;

/** Loads what writes long lists sooner, with the first of them. Until then, and without it, their form is the same. */
async function loadRuns(): Promise<void> {
  runs ??= await import('./plain-runs.ts').catch(() => undefined);
}

/** Writes records, lists, texts, numbers and literals, of which nearly every request is made, and what is tagged among them. */
class PlainJsonWriter {
  long: string[] = [];
  #depth = 0;
  /** The instances around what is written. */
  #instances = 0;

  write(value: unknown): string {
    if (typeof value === 'string') return this.#text(value);
    if (typeof value === 'object' && value !== null) return this.#within(value);
    const isNumber = typeof value === 'number' && Number.isFinite(value);
    if (isNumber || typeof value === 'boolean' || value === null) return String(value);
    if (typeof value === 'function' || typeof value === 'symbol') throw NOT_PLAIN;
    return JSON.stringify(textOfPrimitive(value as number | bigint | undefined)); // the other types are above
  }

  #text(text: string): string {
    if (!isLongText(text)) return quoted(escapeMark(text));
    this.long.push(text);
    return quotedLongTextMark(text);
  }

  #within(value: object): string {
    const kind = valueKind(value);
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw NOT_PLAIN;
    const text = this.#textOfKind(kind, value);
    this.#depth -= 1;
    return text;
  }

  #textOfKind(kind: ValueKind, value: object): string {
    if (kind === 'special') return this.#special(value);
    return kind === 'array' ? this.#list(value) : this.#record(value);
  }

  #special(value: object): string {
    const text = this.special(value);
    if (text === undefined) throw NOT_PLAIN;
    return JSON.stringify(MARK + text);
  }

  special(value: object): string | undefined {
    return taggedText(value, (part) => this.#inner(part));
  }

  /** The whole form of a part of an instance, such as an item of a set. */
  #inner(part: unknown): string {
    const outer = this.long;
    this.long = [];
    this.#instances += 1;
    const text = wholeText({ structure: this.write(part), long: this.long });
    this.#instances -= 1;
    this.long = outer;
    return text;
  }

  #list(value: object): string {
    const list = value as readonly unknown[]; // its kind says so
    // What is in an instance is written by a stricter rule.
    const isLong = list.length >= MIN_RUN && this.#instances === 0;
    if (isLong && runs === undefined) void loadRuns();
    const run = isLong ? runs?.writeRuns(list, this, MAX_DEPTH - this.#depth) : undefined;
    return `[${run ?? this.items(list)}]`;
  }

  items(list: readonly unknown[]): string {
    let text = '';
    for (let index = 0; index < list.length; index += 1) {
      text += index === 0 ? this.write(list[index]) : `,${this.write(list[index])}`;
    }
    return text;
  }

  #record(value: object): string {
    if (Object.getOwnPropertySymbols(value).length > 0) throw NOT_PLAIN;
    const record = value as Record<string, unknown>; // its kind says so
    if (this.#instances > 0 && isUnwritten(record)) throw NOT_PLAIN;
    let text = '';
    for (const { name, first, further, mayBeInOrder } of sortedNames(Object.keys(record))) {
      const part = record[name];
      if (part === undefined) continue; // the wire has no such field
      const fields = mayBeInOrder ? fieldsInOrder(record, name) : undefined;
      text += text === '' ? first : further;
      text += fields === undefined ? this.write(part) : this.#inOrder(fields);
    }
    return `{${text}}`;
  }

  #inOrder(fields: Fields): string {
    this.#depth += 1;
    const isNamedBySymbol = Object.getOwnPropertySymbols(fields).length > 0;
    if (isNamedBySymbol || this.#depth > MAX_DEPTH) throw NOT_PLAIN;
    let text = QUOTED_IN_ORDER;
    for (const [name, part] of Object.entries(fields)) {
      if (part !== undefined) text += `,${JSON.stringify(name)},${this.write(part)}`;
    }
    this.#depth -= 1;
    return `[${text}]`;
  }
}

/** The canonical form. Undefined for a value that has none, or is too deep: `canonicalTaggedValue` says what is wrong. */
export function canonicalPlainJson(value: unknown): CanonicalForm | undefined {
  const plain = new PlainJsonWriter();
  try {
    return { structure: plain.write(value), long: plain.long };
  } catch (error) {
    if (error === NOT_PLAIN) return undefined;
    throw error; // a getter's own
  }
}

/**
 * The one form of a value: equal values have equal forms, and unequal values have unequal ones. The order of keys does not
 * matter. Plain JSON is written as RFC 8785 does, with long texts unescaped behind it.
 *
 * @throws {NotCanonicalError} for a function, a symbol, a cycle, a Blob, an instance of a class without `toJSON`.
 */
export function canonicalForm(value: unknown): CanonicalForm {
  // Both ways give a plain value the same form, but to copy it for the library takes four times as long.
  return canonicalPlainJson(value) ?? canonicalTaggedValue(value);
}

/** The canonical form as one text. */
export function canonicalText(value: unknown): string {
  return wholeText(canonicalForm(value));
}

/** A number that is raised whenever the canonical form changes, so that no entry is found under a key of an older form. */
export const FORMAT_VERSION = 2;

const PREFIX = `cached-llm:${FORMAT_VERSION}\n`;

/**
 * The SHA-256 digest of the canonical form of an identity, as 43 characters. Identities in both forms of cross mode share one.
 *
 * @throws {NotCanonicalError} when a part of the request has no canonical form.
 */
export function fingerprint(identity: CallIdentity): string {
  const keyed = identity.form === undefined ? identity : { ...identity, form: 'any' };
  const form = canonicalForm(keyed);
  return digestOfAll(PREFIX + headText(form), form.long);
}
