import { exactFields, type Fields, isFields } from '@cached-llm/core';

type Merged = Record<string, unknown>;

/** Said anew by every chunk, and the same in each. */
const ENVELOPE = ['id', 'created', 'model', 'system_fingerprint', 'service_tier'];
const CHUNK = [...ENVELOPE, 'object', 'choices', 'usage', 'obfuscation'];

function refuse(what: string): never {
  throw new TypeError(`${what} does not tell what the whole answer is.`);
}

const listOf = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : refuse('What is no list');

function grown(before: unknown, piece: unknown): unknown {
  if (piece === undefined || piece === null) return before ?? piece;
  if (typeof piece !== 'string') return refuse('What is no text');
  return typeof before === 'string' ? before + piece : piece;
}

/** The first piece of a call names it, the others are its arguments. */
function mergeCall(calls: Map<unknown, Merged>, piece: unknown): void {
  const { index, function: given, ...named } = exactFields(piece, ['index', 'id', 'type', 'function']);
  const called = exactFields(given, ['name', 'arguments']);
  const { function: before, ...call } = calls.get(index) ?? {};
  const text = grown((before as Fields | undefined)?.arguments, called.arguments); // written below
  const name = called.name ?? (before as Fields | undefined)?.name; // likewise
  calls.set(index, { ...call, ...named, function: { name, arguments: text } });
}

function mergeLogprobs(before: unknown, piece: unknown): unknown {
  if (piece === undefined || piece === null) return before ?? piece;
  const merged: Merged = isFields(before) ? { ...before } : {};
  for (const [name, tokens] of Object.entries(exactFields(piece, ['content', 'refusal']))) {
    const list = tokens === null ? [] : listOf(tokens);
    const isNone = tokens === null && !Array.isArray(merged[name]);
    merged[name] = isNone ? null : [...((merged[name] as unknown[] | null) ?? []), ...list]; // a list, or null
  }
  return merged;
}

/** One choice, piece by piece. */
class Choice {
  readonly #fields: Merged = {};
  readonly #message: Merged = {};
  readonly #calls = new Map<unknown, Merged>();

  add(part: Fields): void {
    const { delta, logprobs, ...rest } = exactFields(part, ['index', 'delta', 'logprobs', 'finish_reason']);
    Object.assign(this.#fields, rest);
    if (logprobs !== undefined) this.#fields.logprobs = mergeLogprobs(this.#fields.logprobs, logprobs);
    this.#hear(exactFields(delta, ['role', 'content', 'refusal', 'annotations', 'tool_calls']));
  }

  get whole(): Fields {
    const { finish_reason: reason } = this.#fields;
    if (typeof reason !== 'string') refuse('A choice without its end');
    const calls = [...this.#calls.values()];
    if (calls.some(({ id, type }) => typeof id !== 'string' || type !== 'function')) refuse('A call without its name');
    const called = calls.length === 0 ? {} : { tool_calls: calls };
    return { ...this.#fields, message: { content: null, ...this.#message, ...called } };
  }

  #hear({ tool_calls: calls, content, refusal, ...whole }: Fields): void {
    Object.assign(this.#message, whole);
    if (content !== undefined) this.#message.content = grown(this.#message.content, content);
    if (refusal !== undefined) this.#message.refusal = grown(this.#message.refusal, refusal);
    for (const piece of calls === undefined ? [] : listOf(calls)) mergeCall(this.#calls, piece);
  }
}

function choicesIn(chunks: readonly Fields[]): readonly Fields[] {
  const choices = new Map<unknown, Choice>();
  for (const part of chunks.flatMap((chunk) => listOf(chunk.choices)).filter(isFields)) {
    const choice = choices.get(part.index) ?? new Choice();
    choices.set(part.index, choice);
    choice.add(part);
  }
  return [...choices.values()].map(({ whole }) => whole).sort((one, other) => Number(one.index) - Number(other.index));
}

/** What every chunk says in the same words. */
function envelopeOf(chunks: readonly Fields[]): Fields {
  const names = ENVELOPE.filter((name) => chunks.some((chunk) => name in chunk));
  return Object.fromEntries(
    names.map((name) => {
      const said = new Set(chunks.filter((chunk) => name in chunk).map((chunk) => chunk[name]));
      return said.size === 1 ? [name, [...said][0]] : refuse(`A ${name} that changes`);
    }),
  );
}

/** A chat completion from its chunks, as OpenAI gives it without streaming. @throws where they do not tell all of it. */
export function assembleChat(given: readonly unknown[]): Fields {
  const chunks = given.filter((chunk) => chunk !== '[DONE]').map((chunk) => exactFields(chunk, CHUNK));
  const usage = chunks.findLast((chunk) => isFields(chunk.usage))?.usage;
  const isChat = chunks.every(({ object }) => object === 'chat.completion.chunk');
  if (usage === undefined || !isChat) return refuse('A stream without its usage');
  const choices = choicesIn(chunks);
  if (choices.length === 0) return refuse('A stream without a choice');
  return { ...envelopeOf(chunks), object: 'chat.completion', choices, usage };
}
