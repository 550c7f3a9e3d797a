import { demoExchanges, startWireServer } from '@cached-llm/testing';
import { OpenAI } from 'openai';

/** The service that the demo calls. */
export interface DemoService {
  readonly name: string;
  readonly client: OpenAI;
  requests(): number;
  close(): Promise<void>;
}

const OPENAI = 'https://api.openai.com';

/** A server on this machine that speaks OpenAI's wire. */
async function localService(): Promise<DemoService> {
  const exchanges = Object.values(demoExchanges);
  const server = await startWireServer({ exchanges, latencyPerChunk: 40 });
  // The key contains the origin, and the port of this server changes with each run.
  const send: typeof fetch = (url, init) => fetch(String(url).replace(OPENAI, server.url), init);
  return {
    name: 'a local server',
    client: new OpenAI({ apiKey: 'none', baseURL: `${OPENAI}/v1`, fetch: send }),
    requests: () => server.count,
    close: () => server.close(),
  };
}

function liveService(apiKey: string, baseURL: string): DemoService {
  let requests = 0;
  const send: typeof fetch = (url, init) => {
    requests += 1;
    return fetch(url, init);
  };
  return {
    name: baseURL,
    client: new OpenAI({ apiKey, baseURL, fetch: send }),
    requests: () => requests,
    close: async () => {},
  };
}

/** The real service with `--live` and a key; a local server without `--live`. */
export async function demoService(isLive: boolean): Promise<DemoService> {
  const { OPENAI_API_KEY, OPENROUTER_API_KEY } = process.env;
  if (!isLive) return localService();
  if (OPENAI_API_KEY) return liveService(OPENAI_API_KEY, `${OPENAI}/v1`);
  if (OPENROUTER_API_KEY) return liveService(OPENROUTER_API_KEY, 'https://openrouter.ai/api/v1');
  throw new Error('--live needs OPENAI_API_KEY or OPENROUTER_API_KEY in the environment.');
}
