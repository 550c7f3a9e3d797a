import { cachedLlmCall, createLlmCache } from '@cached-llm/core';
import { startRedis, temporaryFolder } from '@cached-llm/testing';

/** A store with entries, and what removes it. */
export interface FilledStore {
  readonly name: 'SQLite' | 'Redis';
  readonly url: string;
  remove(): Promise<void>;
}

const MODELS = ['gpt-4o', 'gpt-4o-mini', 'gpt-4.1', 'claude-sonnet-4-5', 'gemini-2.5-flash'];
const PROVIDERS = ['openai', 'anthropic', 'google'];
const TAGS = 40;
const TENANTS = 25;
const AT_ONCE = 1_000;

const pick = <Value>(values: readonly Value[], at: number): Value =>
  values[at % values.length] as Value; // none of the lists is empty

const answerTo = (model: string) => ({
  model,
  choices: [
    { message: { role: 'assistant', content: 'word '.repeat(160) }, finish_reason: 'stop' },
  ],
  usage: { prompt_tokens: 120, completion_tokens: 160, total_tokens: 280 },
});

/** Lets calls store this many answers of about 1 KB, of several providers, models, tags and tenants. */
async function fill(url: string, entries: number): Promise<void> {
  const cache = createLlmCache({ store: url, ttl: '30d', storeTimeout: '60s', lease: false });
  const asking = PROVIDERS.map((provider) =>
    cachedLlmCall(async ({ model }: { model: string; content: string }) => answerTo(model), {
      ...{ cache, provider, name: 'benchmark' },
    }),
  );
  for (let from = 0; from < entries; from += AT_ONCE) {
    const calls = Array.from({ length: Math.min(AT_ONCE, entries - from) }, (_, index) => {
      const at = from + index;
      const scope = at % 4 === 0 ? { scope: `tenant-${at % TENANTS}` } : {};
      const options = { tags: [`tag-${at % TAGS}`], ...scope };
      const request = { model: pick(MODELS, at), content: `question ${at}` };
      return pick(asking, at).with(options).withInfo(request);
    });
    await Promise.all(calls);
  }
  await cache.close();
  const { stored, notAdmittedByReason } = cache.stats();
  if (stored !== entries) {
    throw new Error(`${stored} of ${entries} are stored: ${JSON.stringify(notAdmittedByReason)}.`);
  }
}

async function emptyStore(name: FilledStore['name']): Promise<FilledStore> {
  if (name === 'Redis') {
    const server = await startRedis();
    return { name, url: server.url, remove: () => server.stop() };
  }
  const folder = await temporaryFolder();
  return { name, url: `sqlite:${folder.path}/studio.db`, remove: () => folder.remove() };
}

/** A new store with this many entries. */
export async function filledStore(name: FilledStore['name'], entries: number) {
  const store = await emptyStore(name);
  await fill(store.url, entries);
  return store;
}
