import { cachedOpenAI } from '@cached-llm/openai';
import { startWireServer, type WireServer, wireTrial } from '@cached-llm/testing';
import { OpenAI } from 'openai';

/** A client as an application makes it, against a server on this machine. */
export function clientOf({ url }: Pick<WireServer, 'url'>, options = {}): OpenAI {
  return new OpenAI({ apiKey: 'sk-test-secret', baseURL: `${url}/v1`, maxRetries: 0, ...options });
}

/** Runs a test with a cached client. */
export const withWire = wireTrial(startWireServer, ({ server, cache }) =>
  cachedOpenAI(clientOf(server), { cache }),
);
