import type { CallIdentity } from '../words/call-identity.ts';
import { LlmCacheError } from '../words/errors.ts';

/** In `replay` mode nothing is called, so what was not recorded cannot be answered. */
export function replayMiss({ provider, model, operation }: CallIdentity): LlmCacheError {
  const what = [provider, model, operation].filter((part) => part !== undefined).join(' · ');
  return new LlmCacheError(
    'REPLAY_MISS',
    `No answer is recorded for this request (${what}), and mode is 'replay'. Record it once with mode: 'read-write'.`,
  );
}
