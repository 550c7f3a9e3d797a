import { type CallControl, control, createLlmCache } from '@cached-llm/core';
import { cachedFetch } from '@cached-llm/http';
import {
  fixtureStore,
  manualClock,
  startWireServer,
  type TemporaryFolder,
  temporaryFolder,
  type WireServer,
} from '@cached-llm/testing';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { chatAnswer, jsonPost, question, settled, withWire } from './wire.ts';

const HOUR = 60 * 60 * 1000;
const controlled = (said: CallControl) => ({ headers: control(said) });

describe('an older answer that may stand in for an outage, under the control of a call', () => {
  test.each<[string, CallControl, string | null, number, CallControl?]>([
    ['stands in where nothing is said', {}, 'stale', 200],
    ['stands in for a refresh that failed', { mode: 'refresh' }, 'stale', 200],
    ['stands in in mode read-only', { mode: 'read-only' }, 'stale', 200],
    ['is the answer in mode replay, and nothing is sent', { mode: 'replay' }, 'hit', 200],
    ['does not in mode off', { mode: 'off' }, null, 503],
    ['does if it is young enough', { maxAge: '4h' }, 'stale', 200],
    ['does not if it is older than the call allows', { maxAge: '1h' }, 'miss', 503],
    ['does not for another scope', { scope: 'other' }, 'miss', 503],
    ['does not for another sample', { sample: 1 }, 'miss', 503],
    [
      'does not after the window, which begins with the ttl of the call',
      {},
      'miss',
      503,
      { ttl: '1m' },
    ],
    ['does within the window that a longer ttl has', {}, 'hit', 200, { ttl: '1d' }],
  ])('%s', async (_what, said, outcome, status, stored = {}) => {
    const clock = manualClock();
    let isOut = false;
    const answer = () => (isOut ? { status: 503, body: { error: 'out' } } : { body: chatAnswer });
    const caching = { now: clock.now, ttl: '1h' as const };
    const fetching = { staleIfError: '2h' as const };
    await withWire({ answer, caching, fetching }, async ({ post, server, story }) => {
      await (await post(question, controlled(stored))).text();
      await settled(story);
      isOut = true;
      clock.advance(2 * HOUR + HOUR / 2);
      const response = await post(question, controlled(said));
      expect([response.headers.get('x-cached-llm'), response.status]).toEqual([outcome, status]);
      await response.text();
      expect(server.count).toBe(outcome === 'hit' ? 1 : 2);
    });
  });
});

describe('fixtures, under the control of a call', () => {
  let server: WireServer;
  let folder: TemporaryFolder;
  beforeEach(async () => {
    server = await startWireServer({ answer: () => ({ body: chatAnswer }) });
    folder = await temporaryFolder();
  });
  afterEach(async () => {
    await server.close();
    await folder.remove();
  });

  /** Asks as a program does that runs in this mode, and closes its cache. */
  async function run(mode: 'read-write' | 'replay', said: CallControl, now = Date.now) {
    const cache = createLlmCache({ store: fixtureStore(folder.path), mode, now });
    const url = `${server.url}/v1/chat/completions`;
    const asked = cachedFetch({ cache })(url, jsonPost(question, { headers: control(said) }));
    const seen = await asked.then(
      async (response) => (await response.text()) && response.headers.get('x-cached-llm'),
      ({ code }: { readonly code?: string }) => code,
    );
    await cache.close();
    return seen;
  }

  test.each<[string, CallControl, string]>([
    ['a refresh is replayed', { mode: 'refresh' }, 'hit'],
    ['a call that bypasses the cache is replayed', { mode: 'off' }, 'hit'],
    ['what was recorded long ago is replayed for a call with a maxAge', { maxAge: '5m' }, 'hit'],
    ['a ttl and tags make no difference', { ttl: '1s', tags: ['a'] }, 'hit'],
    ['another sample was not recorded', { sample: 2 }, 'REPLAY_MISS'],
    ['another scope was not recorded', { scope: 'other' }, 'REPLAY_MISS'],
  ])('%s', async (_what, said, outcome) => {
    expect(await run('read-write', { ttl: '10m' })).toBe('miss');
    const later = () => Date.now() + 90 * 24 * HOUR;
    expect([await run('replay', said, later), server.count]).toEqual([outcome, 1]);
  });

  test('a call that bypasses the cache records nothing, and its replay is a miss', async () => {
    expect(await run('read-write', { mode: 'off' })).toBe(null);
    expect([await run('replay', { mode: 'off' }), server.count]).toEqual(['REPLAY_MISS', 1]);
  });
});
