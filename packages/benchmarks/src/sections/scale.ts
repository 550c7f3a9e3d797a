import { cachedLlmCall, createLlmCache } from '@cached-llm/core';
import { MemoryStore } from '@cached-llm/core/store';
import type { Contender } from '../contenders/index.ts';
import { keyOf, limit, OURS } from '../contenders/index.ts';
import { answersOnce, requestOf, responseOf, rounds, takingTurns } from '../measuring/index.ts';
import type { Section } from '../report/index.ts';
import { lines, type Point } from '../report/index.ts';

const ENTRIES = [100, 1_000, 10_000, 100_000, 1_000_000];
const WEEK = 7 * 24 * 60 * 60 * 1_000;
const RESPONSE = responseOf(100);
/** The same number of requests for all sizes: more requests would miss the processor's own caches more often. */
const SAMPLE = 100;

type Filled = Pick<Contender, 'name' | 'ask'>;

async function filledLimit(entries: number): Promise<Filled> {
  const contender = limit(async () => RESPONSE, entries);
  for (let number = 0; number < entries; number += 1) await contender.ask(requestOf(1_000, number));
  return contender;
}

/** The other entries are written directly into the store: a million misses would take minutes. */
async function filledOurs(entries: number): Promise<Filled> {
  const store = new MemoryStore({ maxEntries: entries, maxBytes: Number.MAX_SAFE_INTEGER });
  const text = JSON.stringify(RESPONSE);
  for (let number = 0; number < entries; number += 1) {
    store.set(`cached-llm:2:-:${keyOf({ number })}`, `${number} ${text}`, WEEK);
  }
  const ask = cachedLlmCall(answersOnce(RESPONSE), { cache: createLlmCache({ store }) });
  for (const request of requestsFor(entries)) await ask.withInfo(request);
  return { name: OURS, ask };
}

/** Requests for entries that are spread over the store. */
function requestsFor(entries: number) {
  return Array.from({ length: Math.min(entries, SAMPLE) }, (_, index) =>
    requestOf(1_000, (index * 7_919) % entries),
  );
}

async function measured(): Promise<Point[]> {
  const runs = [];
  for (const entries of ENTRIES) {
    const requests = requestsFor(entries);
    for (const fill of [filledLimit, filledOurs]) {
      const { name, ask } = await fill(entries);
      const next = takingTurns(requestOf(1_000, 0), ...requests);
      const run = () => ask(next());
      runs.push({
        name: `${name} ${entries}`,
        run,
        point: { group: 'a hit in memory', name, x: entries },
      });
    }
  }
  const figures = await rounds(runs, 200);
  return runs.map(({ point }, index) => ({ ...point, y: figures[index]?.time ?? Number.NaN }));
}

export const scale: Section = {
  name: 'scale',
  title: 'A hit among many entries',
  text: 'Microseconds of a hit in memory, by the number of entries: 100 requests in turn, for entries spread over the store; request of 1 KB, response of 0.3 KB.',
  async run() {
    const points = await measured();
    const at = (name: string, entries: number) =>
      points.find((point) => point.name === name && point.x === entries)?.y ?? Number.NaN;
    return {
      head: ['entries', 'limit µs', 'cached-llm µs', '× limit', '× 100 entries'],
      rows: ENTRIES.map((entries) => [
        entries.toLocaleString('en'),
        at('limit', entries).toFixed(1),
        at(OURS, entries).toFixed(1),
        (at(OURS, entries) / at('limit', entries)).toFixed(2),
        (at(OURS, entries) / at(OURS, 100)).toFixed(2),
      ]),
      plot: lines(points, { x: 'entries', y: 'microseconds a hit' }, ENTRIES),
    };
  },
};
