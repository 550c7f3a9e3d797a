import { cachedLlmCall, createLlmCache } from '@cached-llm/core';
import { recipeForStreams } from '../contenders/ai-sdk-stream.ts';
import { cacheable } from '../contenders/cacheable.ts';
import { keyvByHand } from '../contenders/keyv-by-hand.ts';
import { limit } from '../contenders/limit.ts';
import { OURS } from '../contenders/ours.ts';
import { median, type Run, rounds } from '../measuring/rounds.ts';
import { stored } from '../measuring/stored.ts';
import { chunksOf, requestOf } from '../measuring/workload.ts';
import { bars } from '../report/bars.ts';
import type { Section } from '../report/report.ts';

const CHUNKS = chunksOf(1_000);
const REQUEST = requestOf(1_000);

async function* live(_request: object) {
  for (const chunk of CHUNKS) yield chunk;
}

async function drain(chunks: AsyncIterable<unknown> | Iterable<unknown>): Promise<void> {
  for await (const _chunk of chunks);
}

/** The chunks as one list, which is all that a cache can keep that knows no streams. */
const asList = [limit, keyvByHand, cacheable].map(async (make): Promise<Run> => {
  const { name, ask } = await stored(make, [REQUEST], CHUNKS);
  return { name, run: async () => drain((await ask(REQUEST)) as unknown[]) }; // what was stored
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

/** Microseconds from a request to its first chunk, live and recorded meanwhile. */
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
  text: 'Microseconds until the last chunk of a hit is read; 1 KB of request. Other libraries keep no streams: they are given the chunks as a list.',
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
