import {
  crossMode,
  exactFields,
  type Fields,
  fieldsOf,
  isFields,
  isGiven,
  listOf,
} from '@cached-llm/core/adapter';
import { mergeDelta } from '@cached-llm/http';

/** Fields that every chunk has, with the same value. */
const ENVELOPE = ['id', 'created', 'model', 'system_fingerprint', 'service_tier'];
const CHUNK = [...ENVELOPE, 'object', 'choices', 'usage', 'obfuscation'];
const CHOICE = ['index', 'delta', 'logprobs', 'finish_reason'];
const DELTA = ['role', 'content', 'refusal', 'annotations', 'tool_calls'];

/** @throws always: the stream is not made into a whole answer. */
function refuse(what: string): never {
  throw new TypeError(`A stream with ${what} has no exact whole answer.`);
}

const listIn = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : refuse('something else in the place of a list');

function checkText(value: unknown): void {
  if (isGiven(value) && typeof value !== 'string') refuse('something else in the place of a text');
}

/** @throws for a delta with something in it that OpenAI's own deltas do not have. */
function checkDelta(delta: unknown): void {
  const { content, refusal, annotations = [], tool_calls: calls = [] } = exactFields(delta, DELTA);
  checkText(content);
  checkText(refusal);
  if (listIn(annotations).length > 0) refuse('annotations');
  for (const piece of listIn(calls)) {
    const { function: called } = exactFields(piece, ['index', 'id', 'type', 'function']);
    checkText(exactFields(called, ['name', 'arguments']).arguments);
  }
}

function mergeChoice(before: Fields, { delta, logprobs, ...rest }: Fields): Fields {
  checkDelta(delta);
  if (isGiven(logprobs)) exactFields(logprobs, ['content', 'refusal']);
  const merged = logprobs === undefined ? {} : { logprobs: mergeDelta(before.logprobs, logprobs) };
  return { ...before, ...rest, ...merged, message: mergeDelta(before.message, delta) };
}

/** Some providers count all calls as the first one. Where a call is not in its place, two may have become one. */
function wholeCall(call: unknown, place: number): Fields {
  const { index, id, type, function: called } = fieldsOf(call);
  const { name, arguments: text } = fieldsOf(called);
  const isNamed = typeof id === 'string' && type === 'function' && typeof name === 'string';
  if (index !== place || !isNamed) return refuse('a call that has no name or no place');
  return { id, type, function: { name, arguments: text ?? '' } };
}

function wholeChoice({ message, ...choice }: Fields): Fields {
  if (typeof choice.finish_reason !== 'string') return refuse('a choice that has no end');
  const { tool_calls: calls, ...said } = fieldsOf(message);
  const called = listOf(calls).map(wholeCall);
  const content = { content: null, ...said, ...(called.length > 0 && { tool_calls: called }) };
  return { ...choice, message: content };
}

function choicesIn(chunks: readonly Fields[]): readonly Fields[] {
  const choices = new Map<number, Fields>();
  for (const given of chunks.flatMap((chunk) => listIn(chunk.choices))) {
    const part = exactFields(given, CHOICE);
    if (typeof part.index !== 'number') return refuse('a choice that has no place');
    choices.set(part.index, mergeChoice(choices.get(part.index) ?? {}, part));
  }
  const inOrder = [...choices].sort(([one], [other]) => one - other);
  return inOrder.map(([, choice]) => wholeChoice(choice));
}

function envelopeOf(chunks: readonly Fields[]): Fields {
  const names = ENVELOPE.filter((name) => chunks.some((chunk) => name in chunk));
  return Object.fromEntries(
    names.map((name) => {
      const values = new Set(chunks.filter((chunk) => name in chunk).map((chunk) => chunk[name]));
      return values.size === 1 ? [name, [...values][0]] : refuse(`two values of ${name}`);
    }),
  );
}

/** A chat completion as OpenAI gives it without streaming. @throws where the chunks do not tell all of it. */
function assemble(given: readonly unknown[]): Fields {
  const chunks = given
    .filter((chunk) => chunk !== '[DONE]')
    .map((chunk) => exactFields(chunk, CHUNK));
  const usage = chunks.findLast((chunk) => isFields(chunk.usage))?.usage;
  const isChat = chunks.every(({ object }) => object === 'chat.completion.chunk');
  if (usage === undefined || !isChat) return refuse('no usage');
  const choices = choicesIn(chunks);
  if (choices.length === 0) return refuse('no choice');
  return { ...envelopeOf(chunks), object: 'chat.completion', choices, usage };
}

function deltaOf(message: Fields): Fields {
  const { tool_calls: calls } = message;
  if (!Array.isArray(calls)) return message;
  return { ...message, tool_calls: calls.map((call, index) => ({ index, ...fieldsOf(call) })) };
}

/** A choice in two chunks: its whole content, and why it ended. */
function partsOf(choice: unknown): readonly Fields[] {
  const names = ['index', 'message', 'logprobs', 'finish_reason'];
  const { index, message, finish_reason, ...rest } = exactFields(choice, names);
  const last = 'logprobs' in rest ? { logprobs: null } : {};
  return [
    { index, delta: deltaOf(fieldsOf(message)), ...rest, finish_reason: null },
    { index, delta: {}, ...last, finish_reason },
  ];
}

const isUsageAsked = ({ stream_options: options }: Fields) =>
  fieldsOf(options).include_usage === true;

function disassemble(response: Fields, request?: Fields): readonly Fields[] | undefined {
  const { object, choices, usage, ...envelope } = response;
  if (object !== 'chat.completion') return undefined;
  const isCounted = request === undefined || isUsageAsked(request);
  const chunk = (parts: readonly Fields[], counts: unknown): Fields => ({
    ...envelope,
    object: 'chat.completion.chunk',
    choices: parts,
    ...(isCounted && { usage: counts }),
  });
  const chunks = listOf(choices)
    .flatMap(partsOf)
    .map((part) => chunk([part], null));
  return isCounted ? [...chunks, chunk([], usage)] : chunks;
}

/**
 * Chat completions. A stream without its usage tells less than a whole answer does, and so does one with fields that OpenAI's own
 * API does not have. Neither is made into a whole answer.
 */
export const cross = crossMode({
  covers: ({ messages }) => Array.isArray(messages),
  ignore: ['stream_options'],
  assemble,
  disassemble,
  marker: '[DONE]',
});
