import { cachedCohere } from '@cached-llm/cohere';
import { startWireServer, type WireServer, wireTrial } from '@cached-llm/testing';
import { CohereClientV2 } from 'cohere-ai';

/** A client as an application makes it, against a server on this machine. */
export function clientOf({ url }: Pick<WireServer, 'url'>, options = {}): CohereClientV2 {
  const quiet = { level: 'error' as const, silent: true };
  const given = { token: 'key-test-secret', environment: url, maxRetries: 0, logging: quiet };
  return new CohereClientV2({ ...given, ...options });
}

/** Runs a test with a cached client. */
export const withWire = wireTrial(startWireServer, ({ server, cache }) =>
  cachedCohere(clientOf(server), { cache }),
);
