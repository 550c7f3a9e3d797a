import { answerEach, type Fields, isFields } from '@cached-llm/core';
import { joinAnswers, requestFor, splitAnswer } from './embeddings.ts';
import { underSignal } from './flight-signal.ts';
import type { Passage, Received, Sent } from './passage.ts';
import { askingOf, type Door, type Question } from './question.ts';
import { answerOf } from './usage-of.ts';

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

/** Asks for some of a passage's items, in one request. */
function send<Args extends Sent, Result extends Received>(
  { question, own, args, next }: Passage<Args, Result>,
  items: readonly unknown[],
  flight: AbortSignal,
): Promise<Result> {
  const input = requestFor(question.request, items);
  return underSignal({ flight, own }, () => next({ ...args, input }));
}

/** Embeds item by item: each is looked up, and those that are missing are asked for in one request. */
export function embedEach<Args extends Sent, Result extends Received>(
  door: Door,
  passage: Passage<Args, Result>,
  items: readonly unknown[],
): Promise<Result> {
  const { question, own, args, next } = passage;
  let live: Result | undefined;
  return answerEach<unknown, Fields, Result>(items, {
    async answer(item, ask) {
      const request = requestFor(question.request, [item]);
      const pass = () => ask(own ?? new AbortController().signal);
      const asking = askingOf(door, { ...question, request });
      const call = { ...asking, isPart: true, signal: own, invoke: ask, pass };
      return (await door.cache.answer(call)).response;
    },
    async ask(missing, flight) {
      live = await send(passage, missing, flight);
      return live;
    },
    split: (result, missing) => split(result, missing.length, question),
    // As the command gives it.
    join: (answers) => ({ output: join(answers, question), response: live?.response }) as Result,
    pass: () => next({ ...args, input: question.request }),
  });
}
