import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import { type Asking, answersOf, go, startAsking, startSlowProvider } from './processes.ts';
import { atEnd, endAll, SHARED_PLACES, urlOf } from './shared-places.ts';

const PROCESSES = 8;
const CALLS = '100';

afterEach(endAll);

async function startAll(url: string) {
  const provider = await startSlowProvider();
  atEnd(() => provider.close());
  const processes: Asking[] = [];
  for (let count = 0; count < PROCESSES; count += 1) {
    processes.push(await startAsking(url, provider.url, CALLS));
  }
  atEnd(() => Promise.all(processes.map(({ child }) => child.kill('SIGKILL'))));
  return { provider, processes };
}

describe.each(SHARED_PLACES)(
  'eight processes that make the same call a hundred times, on %s',
  (_what, openPlace) => {
    test('make one upstream call in total', async () => {
      const { provider, processes } = await startAll(await urlOf(openPlace));
      processes.forEach(go);
      while (provider.count === 0) await delay(5);
      await delay(50); // a second call would have been made by now
      provider.open();
      await Promise.all(processes.map(({ ended }) => ended));
      expect(processes.map(answersOf)).toEqual(Array(PROCESSES).fill(['answer 1']));
      expect(provider.count).toBe(1);
    });

    test('make one more upstream call where the leader is killed', async () => {
      const { provider, processes } = await startAll(await urlOf(openPlace));
      const [leader, ...others] = processes;
      if (leader === undefined) throw new Error('No process was started.');
      go(leader);
      while (provider.count === 0) await delay(5);
      others.forEach(go);
      leader.child.kill('SIGKILL');
      await leader.ended;
      while (provider.count === 1) await delay(5);
      provider.open();
      await Promise.all(others.map(({ ended }) => ended));
      expect(others.map(answersOf)).toEqual(Array(PROCESSES - 1).fill(['answer 2']));
      expect(provider.count).toBe(2);
    });
  },
);
