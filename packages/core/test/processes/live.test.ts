import { until } from '@cached-llm/testing';
import { afterEach, describe, expect, test } from '@jest/globals';
import { type LiveCall, LiveFeed, openStore } from '../../src/store.ts';
import { type Asking, go, startProcess } from './processes.ts';
import { atEnd, endAll, SHARED_PLACES, urlOf } from './shared-places.ts';

afterEach(endAll);

async function start(url: string, name: string): Promise<Asking> {
  const process = await startProcess('counting-process', url, name, '10s', '2', 'live');
  atEnd(() => process.child.kill('SIGKILL'));
  return process;
}

const isEnded = ({ result, saved }: LiveCall) => result !== undefined || saved !== undefined;

describe.each(SHARED_PLACES)('live calls of two processes on %s', (_what, openPlace) => {
  test('are seen by a third one while they run, and after one was killed', async () => {
    const url = await urlOf(openPlace);
    const store = openStore(url);
    atEnd(() => store.disconnect?.());
    const feed = new LiveFeed({ store });
    const [one, other] = await Promise.all([start(url, 'one'), start(url, 'other')]);
    go(one);
    go(other);
    let news = await feed.read();
    await until('the calls of both are there', async () => {
      news = await feed.read();
      return news.calls.filter(isEnded).length === 20;
    });
    expect(news).toMatchObject({ processes: 2, unseen: 0 });
    const ofOne = news.calls.filter(({ pid }) => pid === one.child.pid);
    const count = (outcome: string) => ofOne.filter((call) => call.outcome === outcome).length;
    expect([count('miss'), count('hit'), count('bypass')]).toEqual([4, 4, 2]);
    const saved = { input: 10, output: 3, usd: 0.25 };
    expect(ofOne.find(({ outcome }) => outcome === 'hit')).toMatchObject({ saved });
    one.child.kill('SIGKILL');
    await one.ended;
    go(other);
    await until('the later calls are there', async () => {
      return (await feed.read(news.last)).calls.filter(isEnded).length >= 10;
    });
    const later = (await feed.read(news.last)).calls;
    expect(new Set(later.map(({ pid }) => pid))).toEqual(new Set([other.child.pid]));
    expect((await new LiveFeed({ store }).read()).calls.length).toBe(30); // a page that is opened now
  });
});
