// Profiles hits of several requests in turn in its own process, and prints the share of each function.
// It makes its cache itself: the other contenders, which come with the file of ours, must not fill its heap.
import { type Profiler, Session } from 'node:inspector/promises';
import { basename } from 'node:path';
import { cachedLlmCall, createLlmCache } from '@cached-llm/core';
import type { MakeContender } from '../contenders/index.ts';
import { requestOf, responseOf, stored, takingTurns } from '../measuring/index.ts';

const MILLISECONDS = 3_000;
const SHOWN = 16;

const ours: MakeContender = (call, maxEntries) => {
  const cache = createLlmCache({ maxEntries, maxBytes: Number.MAX_SAFE_INTEGER });
  async function complete(request: object) {
    return call(request);
  }
  return { name: 'ours', ask: cachedLlmCall(complete, { cache }) };
};

/** The name of a function with its file; the work of V8 itself has a name alone. */
function placeOf({ callFrame: { functionName, url } }: Profiler.ProfileNode): string {
  const name = functionName === '' ? '(anonymous)' : functionName;
  return url === '' || url.startsWith('node:')
    ? `${name} · ${url || 'V8'}`
    : `${name} · ${basename(url)}`;
}

function sharesIn({ nodes, samples = [] }: Profiler.Profile): [string, number][] {
  const places = new Map(nodes.map((node) => [node.id, placeOf(node)]));
  const counts = new Map<string, number>();
  for (const sample of samples) {
    const place = places.get(sample) ?? '';
    counts.set(place, (counts.get(place) ?? 0) + 1);
  }
  return [...counts]
    .map(([place, count]): [string, number] => [place, (100 * count) / samples.length])
    .toSorted(([, a], [, b]) => b - a);
}

async function profileOf(run: () => Promise<unknown>): Promise<Profiler.Profile> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: 100 });
  await session.post('Profiler.start');
  const end = performance.now() + MILLISECONDS;
  while (performance.now() < end) for (let call = 0; call < 100; call += 1) await run();
  const { profile } = await session.post('Profiler.stop');
  session.disconnect();
  return profile;
}

async function sharesOf(count: number): Promise<[string, number][]> {
  const requests = Array.from({ length: count }, (_, number) => requestOf(1_000, number));
  const { ask } = await stored(ours, requests, responseOf(2_000));
  const next = takingTurns(requestOf(1_000), ...requests);
  for (let call = 0; call < 20_000; call += 1) await ask(next()); // now it is compiled
  return sharesIn(await profileOf(() => ask(next()))).slice(0, SHOWN);
}

process.stdout.write(JSON.stringify(await sharesOf(Number(process.argv[2]))));
