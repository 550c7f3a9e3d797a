import { randomUUID } from 'node:crypto';
import type { OpenedCache } from '../store/open.ts';
import { shownSpan, shownTime } from '../terminal/format.ts';
import type { Host } from '../terminal/host.ts';
import { atMost, type Check } from './check.ts';

const LIFE = 60_000;
/** Clocks of one network are closer than that. */
const DRIFT = 5_000;
const SAMPLE = 1_000;

/** Writes a row, reads it, removes it. */
async function roundTrip({ store }: OpenedCache): Promise<number | undefined> {
  const key = `cached-llm:health:${randomUUID()}`;
  const startedAt = performance.now();
  await store.set(key, key, LIFE);
  const text = await store.get(key);
  await store.delete(key);
  return text === key ? performance.now() - startedAt : undefined;
}

/** How far the newest of some entries lies in the future: nobody's clock does that rightly. */
async function clockCheck({ cache }: OpenedCache, { now }: Host): Promise<Check> {
  let [ahead, seen] = [0, 0];
  for await (const { header } of cache.inspection.entries()) {
    ahead = Math.max(ahead, header.storedAt - now());
    seen += 1;
    if (seen === SAMPLE) break;
  }
  const isWell = ahead <= DRIFT;
  const found = isWell
    ? 'no entry is from the future'
    : `an entry is ${shownSpan(ahead)} from the future`;
  return { name: 'clock', isWell, found };
}

/** Is the store there, does it keep what it is given, and are the clocks one? */
export async function storeChecks(
  opened: OpenedCache,
  host: Host,
  maxRoundTrip: number | undefined,
): Promise<readonly Check[]> {
  const took = await roundTrip(opened);
  const name = 'store';
  if (took === undefined) {
    return [{ name, isWell: false, found: `${opened.url} does not keep what it is given` }];
  }
  const found = `${opened.url} wrote, read and removed a row in ${shownTime(took)}`;
  return [
    { name, isWell: true, found },
    ...atMost('round trip', [took, maxRoundTrip], shownTime),
    await clockCheck(opened, host),
  ];
}
