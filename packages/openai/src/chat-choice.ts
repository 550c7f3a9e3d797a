import { exactFields, type Fields } from '@cached-llm/core';
import { mergeLogprobs } from './merge-logprobs.ts';

type Merged = Record<string, unknown>;

/** @throws always: the stream is made into nothing else. */
export function refuse(what: string): never {
  throw new TypeError(`${what} does not tell what the whole answer is.`);
}

/** @throws for anything but a list. */
export const listOf = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : refuse('What is no list');

function grown(before: unknown, piece: unknown): unknown {
  if (piece === undefined || piece === null) return before ?? piece;
  if (typeof piece !== 'string') return refuse('What is no text');
  return typeof before === 'string' ? before + piece : piece;
}

/** The first piece of a call names it, the others are its arguments; some providers count them all as the first. */
function mergeCall(calls: Map<unknown, Merged>, piece: unknown): void {
  const {
    index,
    function: given,
    ...named
  } = exactFields(piece, ['index', 'id', 'type', 'function']);
  const called = exactFields(given, ['name', 'arguments']);
  const before = calls.get(index);
  if (before === undefined) {
    const isNext = index === calls.size && typeof called.name === 'string';
    if (!isNext || typeof named.id !== 'string' || named.type !== 'function')
      refuse('A call without its name');
    calls.set(index, { ...named, function: { arguments: '', ...called } });
    return;
  }
  if ((named.id ?? before.id) !== before.id) refuse('A call in the place of another');
  const { name, arguments: text } = before.function as Fields; // written above
  calls.set(index, { ...before, function: { name, arguments: grown(text, called.arguments) } });
}

/** One choice, piece by piece. @throws for a piece with something in it that OpenAI's own have not. */
export class ChatChoice {
  readonly #fields: Merged = {};
  readonly #message: Merged = {};
  readonly #calls = new Map<unknown, Merged>();

  add(part: Fields): void {
    const { delta, logprobs, ...rest } = part;
    Object.assign(this.#fields, rest);
    if (logprobs !== undefined)
      this.#fields.logprobs = mergeLogprobs(this.#fields.logprobs, logprobs);
    this.#hear(exactFields(delta, ['role', 'content', 'refusal', 'annotations', 'tool_calls']));
  }

  get whole(): Fields {
    const { finish_reason: reason } = this.#fields;
    if (typeof reason !== 'string') refuse('A choice without its end');
    const calls = [...this.#calls.values()];
    const called = calls.length === 0 ? {} : { tool_calls: calls };
    return { ...this.#fields, message: { content: null, ...this.#message, ...called } };
  }

  #hear({ tool_calls: calls, content, refusal, ...whole }: Fields): void {
    if (whole.annotations !== undefined && listOf(whole.annotations).length > 0)
      refuse('What it found elsewhere');
    Object.assign(this.#message, whole);
    if (content !== undefined) this.#message.content = grown(this.#message.content, content);
    if (refusal !== undefined) this.#message.refusal = grown(this.#message.refusal, refusal);
    for (const piece of calls === undefined ? [] : listOf(calls)) mergeCall(this.#calls, piece);
  }
}
