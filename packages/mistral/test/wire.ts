import { cachedMistral } from '@cached-llm/mistral';
import { startWireServer, type WireServer, wireTrial } from '@cached-llm/testing';
import { Mistral, type SDKOptions } from '@mistralai/mistralai';

/** A client as an application makes it, against a server on this machine. */
export function clientOf({ url }: Pick<WireServer, 'url'>, options: SDKOptions = {}): Mistral {
  return new Mistral({ apiKey: 'key-test-secret', serverURL: url, ...options });
}

/** Runs a test with a cached client. */
export const withWire = wireTrial(startWireServer, ({ server, cache }) =>
  cachedMistral(clientOf(server), { cache }),
);
