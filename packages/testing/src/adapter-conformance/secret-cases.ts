import { isFields } from '@cached-llm/core/adapter';
import { ObservedStore } from './observed-store.ts';
import { type AdapterCase, API_KEY, type Trial } from './trial.ts';

/** The least length of a text: a shorter word may stand in a namespace or an event by chance. */
const LEAST = 12;

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return value.length < LEAST ? [] : [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return isFields(value) ? Object.values(value).flatMap(textsIn) : [];
}

const isModel = (field: string, value: unknown) =>
  /^(model|servedModel)$/.test(field) && !/\s/.test(String(value));

/** The text of an event without its models: an event may name a model, which is one word, and nothing else of the request. */
function textOf(event: object): string {
  return JSON.stringify(event, (field, value) => (isModel(field, value) ? undefined : value));
}

function found(texts: readonly string[], places: readonly string[]): string[] {
  return texts.filter((text) => places.some((place) => place.includes(text)));
}

/** The caller's cookie, and the cookie that the provider sets for that caller. */
const COOKIES = { cookie: 'session=conformance-c00k1e', 'set-cookie': 'own=conformance-s3t' };

/** Makes calls that are a miss, a hit and a failure, and gives their events. */
async function eventsOf<Request>(trial: Trial<Request>, store: ObservedStore) {
  const { cookie, ...set } = COOKIES;
  const session = await trial.session({ store, scope: 'conformance-tenant', headers: { cookie } });
  trial.answer({ headers: { ...trial.mode.response.headers, ...set } });
  await session.call();
  await session.call();
  const failing = await trial.session({ store, scope: 'another-tenant' });
  trial.wire.answer({ status: 500, body: { error: { message: 'Down, on purpose.' } } });
  await failing.settle();
  await session.flush();
  return [...session.log.events, ...failing.log.events];
}

export const secretCases: readonly AdapterCase[] = [
  {
    name: 'leaves none of its words in keys and events, and its texts, API key and cookies nowhere',
    async run(trial) {
      const store = new ObservedStore();
      const events = await eventsOf(trial, store);
      const texts = events.map(textOf);
      const words = textsIn(trial.mode.request);
      const prompts = words.filter((word) => /\s/.test(word));
      trial.expect({ hasWords: words.length > 0 }).toEqual({ hasWords: true });
      trial.expect(store.entries > 0).toEqual(true);
      trial.expect(found([...words, API_KEY], [...store.keys, ...texts])).toEqual([]);
      trial
        .expect(found([...prompts, API_KEY, ...Object.values(COOKIES)], [...store.rows.values()]))
        .toEqual([]);
    },
  },
];
