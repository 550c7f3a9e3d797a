import { cachedOllama } from '@cached-llm/ollama';
import { startWireServer, type WireServer, wireTrial } from '@cached-llm/testing';
import { Ollama } from 'ollama';

/** A client as an application makes it, against a server on this machine. */
export function clientOf({ url }: Pick<WireServer, 'url'>, options = {}): Ollama {
  return new Ollama({
    host: url,
    headers: { authorization: 'Bearer key-test-secret' },
    ...options,
  });
}

/** Runs a test with a cached client. */
export const withWire = wireTrial(startWireServer, ({ server, cache }) =>
  cachedOllama(clientOf(server), { cache }),
);
