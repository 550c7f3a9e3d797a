import { Batch, type Fields, isFields } from '@cached-llm/core';
import { joinAnswers, requestFor, splitAnswer } from './embeddings.ts';
import { underSignal } from './flight-signal.ts';
import type { Passage, Received, Sent } from './passage.ts';
import { askingOf, type Door, type Question } from './question.ts';
import { answerOf } from './usage-of.ts';

/** The model did not give one vector for each item. */
class NotSplit extends Error {
  /** The passage that asked for all of its items; nothing where it was for a part of them. */
  readonly passage: unknown;

  constructor(passage: unknown) {
    super('Not one vector for each item.');
    this.passage = passage;
  }
}

/** A response with a body of its own, in bytes with the SDK's methods. */
function withBody(response: object, body: Fields, blobPrototype: object | undefined): Fields {
  const bytes = new TextEncoder().encode(JSON.stringify(body));
  if (blobPrototype !== undefined) Object.setPrototypeOf(bytes, blobPrototype);
  return { ...response, body: bytes };
}

function split({ output }: Received, count: number, { blobPrototype }: Question) {
  const answers = splitAnswer(answerOf(output), count);
  return answers?.map((answer) => withBody(output, answer, blobPrototype));
}

function join(responses: readonly Fields[], { blobPrototype }: Question): Fields {
  const answers = responses.map(answerOf).filter(isFields);
  return withBody(responses[0] ?? {}, joinAnswers(answers), blobPrototype);
}

function isSame(some: readonly unknown[], others: readonly unknown[]): boolean {
  return some.length === others.length && some.every((item, place) => item === others[place]);
}

/** Asks for some of a passage's items, in one request. */
function send<Args extends Sent, Result extends Received>(
  { question, own, args, next }: Passage<Args, Result>,
  items: readonly unknown[],
  flight: AbortSignal,
): Promise<Result> {
  const input = requestFor(question.request, items);
  return underSignal({ flight, own }, () => next({ ...args, input }));
}

/** Answers one item, by a look-up or in the batch. */
async function answerItem(
  door: Door,
  { question, own }: Pick<Passage<Sent, Received>, 'question' | 'own'>,
  { item, batch }: { readonly item: unknown; readonly batch: Batch<unknown, Fields> },
): Promise<Fields> {
  const request = requestFor(question.request, [item]);
  const invoke = (signal: AbortSignal) => batch.ask(item, signal);
  const pass = () => invoke(own ?? new AbortController().signal);
  const asking = askingOf(door, { ...question, request });
  return (await door.cache.answer({ ...asking, signal: own, invoke, pass })).response;
}

/** Embeds item by item: each is looked up, and those that are missing are asked for in one request. */
export async function embedEach<Args extends Sent, Result extends Received>(
  door: Door,
  passage: Passage<Args, Result>,
  items: readonly unknown[],
): Promise<Result> {
  const { question } = passage;
  let live: Result | undefined;
  const batch = new Batch<unknown, Fields>(async (missing, flight) => {
    live = await send(passage, missing, flight);
    const parts = split(live, missing.length, question);
    if (parts === undefined) throw new NotSplit(isSame(missing, items) ? passage : undefined);
    return parts;
  });
  try {
    const answers = items.map((item) => answerItem(door, passage, { item, batch }));
    const output = join(await Promise.all(answers), question);
    return { output, response: live?.response } as Result; // as the command gives it
  } catch (error) {
    if (!(error instanceof NotSplit)) throw error;
    // What came for all items is the caller's; for a part of them or for another caller, nobody's.
    if (error.passage === passage && live !== undefined) return live;
    return passage.next({ ...passage.args, input: question.request });
  }
}
