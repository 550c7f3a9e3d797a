// Caches that are made before any request, as most are, and what the tests ask of them.
import { env, waitUntil } from 'cloudflare:workers';
import * as core from '@cached-llm/core';
import { cachedFetch } from '@cached-llm/http';
import { cachedOpenAI } from '@cached-llm/openai';
import { redisStore } from '@cached-llm/store-redis';
import fits from 'fits-trial';
import { OpenAI } from 'openai';
import { cacheApiStore } from './cache-api-store.ts';
import { kvStore } from './kv-store.ts';

const { KV, SERVER, REDIS } = env as {
  KV: Parameters<typeof kvStore>[0];
  SERVER: string;
  REDIS: string;
};

const cacheOf: Record<string, core.LlmCache> = {
  memory: core.createLlmCache(),
  streams: core.createLlmCache(),
  compressed: core.createLlmCache({
    compress: 1,
    secret: 'a secret of more than thirty-two bytes',
  }),
  kv: core.createLlmCache({ store: kvStore(KV), storeTimeout: '2s' }),
  'cache-api': core.createLlmCache({
    store: cacheApiStore((caches as unknown as { default: Cache }).default), // Workers have it
    storeTimeout: '2s',
  }),
};

const storedIn: Record<string, number> = {};
for (const [name, cache] of Object.entries(cacheOf)) {
  storedIn[name] = 0;
  cache.on('stored', () => {
    storedIn[name] = (storedIn[name] ?? 0) + 1;
  });
}

const clientOf = (cache: core.LlmCache, ttl: core.Duration = '1h') =>
  cachedOpenAI(new OpenAI({ apiKey: 'k', baseURL: `${SERVER}/v1`, maxRetries: 0 }), {
    cache,
    ttl,
    staleWhileRevalidate: '1h',
  });

const bodyOf = (question: string) => ({
  model: 'm',
  messages: [{ role: 'user' as const, content: question }],
});

async function ask({ searchParams }: URL): Promise<object> {
  const { store = 'memory', question = '', ttl } = Object.fromEntries(searchParams);
  const cache = cacheOf[store] as core.LlmCache; // the tests name no other
  const client = clientOf(cache, ttl as core.Duration | undefined); // likewise
  const answer = await client.chat.completions.create(bodyOf(question));
  return { text: answer.choices[0]?.message.content, outcome: core.infoOf(answer)?.outcome };
}

async function stream({ searchParams }: URL): Promise<object> {
  const client = clientOf(cacheOf.streams as core.LlmCache); // it is there
  const body = { ...bodyOf(searchParams.get('question') ?? ''), stream: true as const };
  let text = '';
  for await (const chunk of await client.chat.completions.create(body))
    text += chunk.choices[0]?.delta.content ?? '';
  return { text };
}

/** A cache for each request, since a connection to Redis belongs to one. */
async function redis({ searchParams }: URL): Promise<object> {
  const cache = core.createLlmCache({ store: redisStore({ url: REDIS }), storeTimeout: '5s' });
  const answer = await clientOf(cache).chat.completions.create(
    bodyOf(searchParams.get('question') ?? ''),
  );
  waitUntil(cache.close());
  return { text: answer.choices[0]?.message.content, outcome: core.infoOf(answer)?.outcome };
}

async function tryFetch(): Promise<object> {
  const init = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(bodyOf('fetch')),
  };
  const cached = cachedFetch({ cache: cacheOf.memory as core.LlmCache });
  const texts: string[] = [];
  for (const _round of [1, 2])
    texts.push(await (await cached(`${SERVER}/v1/chat/completions`, init)).text());
  return { isSame: texts[0] === texts[1] };
}

async function trial(): Promise<object> {
  const server = { url: SERVER };
  return { said: await fits.trial({ core, openai: { OpenAI, cachedOpenAI }, server }) };
}

function refused(): object {
  try {
    core.createLlmCache({ store: 'sqlite:./llm.db' });
  } catch (error) {
    if (core.isLlmCacheError(error)) return { code: error.code };
    throw error;
  }
  return {};
}

const ROUTES: Record<string, (url: URL) => unknown> = {
  '/ask': ask,
  '/stream': stream,
  '/redis': redis,
  '/fetch': tryFetch,
  '/trial': trial,
  '/refused': refused,
  '/in-memory': () => fits.tryInMemory(core).then(() => ({ isRight: true })),
  '/stored': () => storedIn,
  '/invalidate': () => cacheOf.memory?.invalidate({ model: 'm' }),
};

export default {
  async fetch(request: Request): Promise<Response> {
    const url = new URL(request.url);
    try {
      return Response.json(await ROUTES[url.pathname]?.(url));
    } catch (error) {
      return new Response(String((error as Error).stack), { status: 500 }); // the test shows it
    }
  },
};
