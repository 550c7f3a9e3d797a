import {
  CachedLLM,
  cachedLlmCall,
  createLlmCache,
  infoOf,
  isLlmCacheError,
} from '@cached-llm/core';
import { cachedFetch } from '@cached-llm/http';
import { cachedOpenAI, openai } from '@cached-llm/openai';
import type OpenAI from 'openai';

type Equal<One, Other> =
  (<T>() => T extends One ? 1 : 2) extends <T>() => T extends Other ? 1 : 2 ? true : false;
function same<Proof extends true>(proof: Proof): Proof {
  return proof;
}

const cache = createLlmCache();

interface Overloaded {
  (prompt: string): Promise<string>;
  (prompt: string, options: { readonly json: true }): Promise<object>;
}
async function generic<Value>(value: Value, _rest?: number): Promise<Value> {
  return value;
}
async function* tell(story: string): AsyncGenerator<string, number, undefined> {
  yield story;
  return 1;
}

export async function check(client: OpenAI, overloaded: Overloaded) {
  const ask = cachedLlmCall(overloaded, { cache, ttl: '1h' });
  same<Equal<Awaited<ReturnType<typeof ask.withInfo>>['response'], object>>(true);
  const text: string = await ask('a');
  const json: object = await ask('a', { json: true });
  const { response } = await ask.withInfo('a');
  same<Equal<typeof response, string>>(true);
  // @ts-expect-error: no overload has this argument
  void ask('a', { json: false });
  const again = cachedLlmCall(generic, { cache, key: (value) => value });
  const kept: { readonly a: 1 } = await again.with({ mode: 'refresh' })({ a: 1 });
  const told = cachedLlmCall(tell, { cache })('a');
  same<Equal<typeof told, AsyncGenerator<string, number, undefined>>>(true);
  const now = cachedLlmCall((length: number) => length, {
    cache,
    ttl: (found) => (found ? 1 : '0s'),
  });
  same<Equal<ReturnType<typeof now>, Promise<number>>>(true);
  const { completions } = cachedOpenAI(client, { cache }).chat;
  const create = cachedLlmCall(completions.create.bind(completions), { cache, adapter: openai });
  const request = { model: 'm', messages: [{ role: 'user' as const, content: 'Hi' }] };
  const whole: OpenAI.ChatCompletion = await create(request);
  const chunks: AsyncIterable<OpenAI.ChatCompletionChunk> = await create({
    ...request,
    stream: true,
  });
  // @ts-expect-error: a stored answer has no response of HTTP
  create(request).withResponse();
  const fetch: typeof globalThis.fetch = cachedFetch({ cache });
  return [text, json, kept, whole, chunks, fetch, infoOf(whole)?.outcome];
}

export class Service {
  @CachedLLM({ cache })
  async ask(prompt: string): Promise<string> {
    return prompt;
  }
}

export function read(error: unknown): string {
  return isLlmCacheError(error) ? error.message : '';
}
