import { cachedLlmCall, createLlmCache } from '@cached-llm/core';
import { cacheable, keyvByHand, limit, OURS, recipeForStreams } from '../contenders/index.ts';
import { chunksOf, median, type Run, requestOf, rounds, stored } from '../measuring/index.ts';
import type { Section } from '../report/index.ts';
import { bars } from '../report/index.ts';

const CHUNKS = chunksOf(1_000);
const REQUEST = requestOf(1_000);

async function* live(_request: object) {
  for (const chunk of CHUNKS) yield chunk;
}

async function drain(chunks: AsyncIterable<unknown> | Iterable<unknown>): Promise<void> {
  for await (const _chunk of chunks);
}

/** A cache without streams can store the chunks only as a list. */
const asList = [limit, keyvByHand, cacheable].map(async (make): Promise<Run> => {
  const { name, ask } = await stored(make, [REQUEST], CHUNKS);
  return { name, run: async () => drain((await ask(REQUEST)) as unknown[]) }; // the stored list
});

async function ourRun(): Promise<Run> {
  const ask = cachedLlmCall(live, { cache: createLlmCache() });
  await drain((await ask.withInfo(REQUEST)).response);
  return { name: OURS, run: async () => drain(await ask(REQUEST)) };
}

async function recipeRun(): Promise<Run> {
  const ask = recipeForStreams(CHUNKS);
  await drain(await ask(REQUEST));
  return { name: 'AI SDK recipe, without its pause', run: async () => drain(await ask(REQUEST)) };
}

/** Microseconds from a request to its first chunk: of a live stream, and of one that is recorded at the same time. */
async function firstChunk(): Promise<readonly [number, number]> {
  const ask = cachedLlmCall(live, { cache: createLlmCache() });
  const times: [number[], number[]] = [[], []];
  for (let number = 0; number < 300; number += 1) {
    for (const [index, open] of [live, ask].entries()) {
      const startedAt = performance.now();
      const chunks = (await open(requestOf(1_000, number)))[Symbol.asyncIterator]();
      await chunks.next();
      times[index]?.push((performance.now() - startedAt) * 1_000);
      await chunks.return?.();
    }
  }
  return [median(times[0]), median(times[1])];
}

export const stream: Section = {
  name: 'stream',
  title: 'A stream of 1,000 chunks',
  text: 'Microseconds until the last chunk of a hit is read; 1 KB of request. Other libraries store no streams: they get the chunks as a list.',
  async run() {
    const [base, ...others] = await Promise.all(asList);
    const runs = [base, await ourRun(), ...others, await recipeRun()].filter(
      (run) => run !== undefined,
    );
    const figures = await rounds(runs, 5);
    const [plain, recorded] = await firstChunk();
    return {
      head: ['library', 'µs', '× limit'],
      rows: figures.map(({ name, time, ratio }) => [name, time.toFixed(0), ratio.toFixed(2)]),
      note: `The first chunk of a live stream comes ${recorded.toFixed(0)} µs after the request where it is recorded, and ${plain.toFixed(0)} µs where it is not.`,
      plot: bars(
        figures.map(({ name, time }) => ({ group: '1,000 chunks', name, value: time })),
        'microseconds a hit',
      ),
    };
  },
};
