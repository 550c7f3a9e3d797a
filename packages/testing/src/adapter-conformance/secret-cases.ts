import { isFields } from '@cached-llm/core';
import { ObservedStore } from './observed-store.ts';
import type { AdapterCase } from './trial.ts';
import { API_KEY, type Trial } from './trial.ts';

/** Shorter words may stand in a namespace or an event by chance. */
const TELLING = 12;

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return value.length < TELLING ? [] : [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return isFields(value) ? Object.values(value).flatMap(textsIn) : [];
}

/** An event may name the model, which is a word, and nothing else of the request. */
function saidBy(event: object): string {
  const model = 'model' in event ? String(event.model) : '';
  return JSON.stringify({ ...event, model: /\s/.test(model) ? model : undefined });
}

function found(texts: readonly string[], places: readonly string[]): string[] {
  return texts.filter((text) => places.some((place) => place.includes(text)));
}

/** Of the caller, and of the provider to that caller. */
const COOKIES = { cookie: 'session=conformance-c00k1e', 'set-cookie': 'own=conformance-s3t' };

/** Asks until the cache has met a miss, a hit and a failure. */
async function live<Request>(trial: Trial<Request>, store: ObservedStore) {
  const { cookie, ...set } = COOKIES;
  const session = await trial.session({ store, scope: 'conformance-tenant', headers: { cookie } });
  trial.answer({ headers: { ...trial.mode.response.headers, ...set } });
  await session.call();
  await session.call();
  const failing = await trial.session({ store, scope: 'another-tenant' });
  trial.wire.answer({ status: 500, body: { error: { message: 'Down, on purpose.' } } });
  await failing.settle();
  await session.flush();
  return [...session.events, ...failing.events];
}

export const secretCases: readonly AdapterCase[] = [
  {
    name: 'leaves no word of itself in keys and events, and its texts, API key and cookies nowhere',
    async run(trial) {
      const store = new ObservedStore();
      const events = await live(trial, store);
      const said = events.map(({ event }) => saidBy(event));
      const words = textsIn(trial.mode.request);
      const prompts = words.filter((word) => /\s/.test(word));
      trial.expect({ hasWords: words.length > 0 }).toEqual({ hasWords: true });
      trial.expect(store.rows.size > 0).toEqual(true);
      trial.expect(found([...words, API_KEY], [...store.keys, ...said])).toEqual([]);
      trial
        .expect(found([...prompts, API_KEY, ...Object.values(COOKIES)], [...store.rows.values()]))
        .toEqual([]);
    },
  },
];
