import { manualClock } from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import { cachedLlmCall, createLlmCache, type Duration, infoOf } from '../../src/index.ts';

interface Reply {
  readonly text: string;
  readonly life: unknown;
}

/** A function whose answers say how long they are fresh. */
function trial(options: object = {}) {
  const clock = manualClock();
  const cache = createLlmCache({ now: clock.now, ttl: '1h', ...options });
  const seen: string[] = [];
  for (const name of ['hit', 'miss', 'stored'] as const) cache.on(name, () => seen.push(name));
  cache.on('not-admitted', ({ reason }) => seen.push(reason));
  let calls = 0;
  const ask = cachedLlmCall(
    async (life: unknown): Promise<Reply> => {
      calls += 1;
      return { text: `answer ${calls}`, life };
    },
    {
      cache,
      name: 'ask',
      ttl: (response: Reply, request: unknown) => {
        expect(response.life).toEqual(request);
        if (response.life === 'throw') throw new Error('no idea');
        if (response.life === 'promised') return Promise.reject(new Error('late')) as never;
        return response.life as Duration;
      },
    },
  );
  return { ask, clock, seen, calls: () => calls };
}

describe('a ttl by answer', () => {
  test('is that of each answer, and info has it', async () => {
    const { ask, clock, seen } = trial();
    const { info } = await ask.withInfo('10s');
    await ask('1d');
    clock.advance(11_000);
    await ask('10s');
    await ask('1d');
    expect(info.ttl).toBe(10_000);
    expect(infoOf(await ask('1d'))?.ttl).toBe(86_400_000 - 11_000);
    expect(seen).toEqual(['miss', 'stored', 'miss', 'stored', 'miss', 'stored', 'hit', 'hit']);
  });

  test.each<[string, unknown]>([
    ['no-ttl', '0s'],
    ['no-ttl', 0],
    ['ttl-error', 'throw'],
    ['ttl-error', '5 minutes'],
    ['ttl-error', undefined],
    ['ttl-error', null],
    ['ttl-error', Number.NaN],
    ['ttl-error', -1],
    ['ttl-error', 'promised'],
  ])(
    '%s: an answer whose ttl is %p is not stored, with one event, and no call fails',
    async (reason, life) => {
      const { ask, seen } = trial();
      expect((await ask(life)).text).toBe('answer 1');
      expect((await ask.withInfo(life)).info).toMatchObject({ outcome: 'miss', stored: false });
      expect(seen).toEqual(['miss', reason, 'miss', reason]);
    },
  );

  test('gives way to the ttl of a call, and is not asked about an answer that is not stored', async () => {
    const { ask, clock, seen } = trial();
    await ask.with({ ttl: '1m' })('throw');
    clock.advance(59_000);
    await ask('throw');
    await ask.with({ admit: () => false })('7s');
    expect(seen).toEqual(['miss', 'stored', 'hit', 'miss', 'admit']);
  });

  test('starts anew on a hit that renews, and counts for streams', async () => {
    const { ask, clock, seen } = trial();
    const renewing = ask.with({ renewOnHit: true });
    await renewing('10s');
    for (let round = 0; round < 3; round += 1) {
      clock.advance(9_000);
      await renewing('10s');
    }
    clock.advance(11_000);
    await renewing.withInfo('10s');
    expect(seen).toEqual(['miss', 'stored', 'hit', 'hit', 'hit', 'miss', 'stored']);
    const cache = createLlmCache({ now: clock.now });
    const lives: unknown[] = [];
    async function* tell(story: string) {
      yield { choices: [{ delta: { content: story }, finish_reason: 'stop' }] };
    }
    const told = cachedLlmCall(tell, {
      cache,
      ttl(response) {
        lives.push(response);
        return '5s';
      },
    });
    const outcome = async () => {
      const { response, info } = await told.withInfo('a');
      for await (const _chunk of response);
      return info.outcome;
    };
    const outcomes = [await outcome(), await outcome()];
    clock.advance(6_000);
    outcomes.push(await outcome());
    expect(outcomes).toEqual(['miss', 'hit', 'miss']);
    expect(lives).toHaveLength(2);
  });
});
