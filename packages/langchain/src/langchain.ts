import { type CallOptions, defaultCache, type LlmCache, LlmCacheError } from '@cached-llm/core';
import { judge, type Policy, policyForClient } from '@cached-llm/core/adapter';
import {
  BaseCache,
  deserializeStoredGeneration,
  serializeGeneration,
} from '@langchain/core/caches';
import type { StoredGeneration } from '@langchain/core/messages';
import type { Generation } from '@langchain/core/outputs';
import { admission } from './admission.ts';
import { identityOf, isLossy } from './identity.ts';

type Options = Pick<CallOptions, 'ttl' | 'mode' | 'scope' | 'tags' | 'version' | 'admit'>;

export interface CachedLlmCacheOptions extends Options {
  /** @default defaultCache() */
  readonly cache?: LlmCache | undefined;
}

/** LangChain's own form, which leaves `generationInfo` out, and `generationInfo` beside it. */
interface StoredAnswer {
  readonly generation: StoredGeneration;
  readonly info?: Generation['generationInfo'];
}

function toStored(generation: Generation): StoredAnswer {
  const { generationInfo: info } = generation;
  const stored = serializeGeneration(generation);
  return info === undefined ? { generation: stored } : { generation: stored, info };
}

/** Returns new objects at each call, because LangChain overwrites the usage in what it receives. */
function fromStored({ generation, info }: StoredAnswer): Generation {
  const restored: Generation = deserializeStoredGeneration(generation);
  return info === undefined ? restored : { ...restored, generationInfo: info };
}

function restore(stored: unknown): Generation[] | null {
  const answers = stored as readonly StoredAnswer[] | undefined; // as `update` wrote it, or nothing
  return answers?.map(fromStored) ?? null;
}

/**
 * The `cache` of a LangChain model, for text. LangChain gives its cache less than it sends to the model: a prompt
 * with images, files or other blocks that it writes as `[image]` bypasses the cache, `.stream()` never reads it,
 * and equal calls at the same time all call the model. Where the client takes a `fetch`, prefer `cachedFetch`.
 *
 * Its methods never throw, except for a miss in `replay` mode.
 *
 * @throws {LlmCacheError} for a bad option, when it is made.
 */
export class CachedLlmCache extends BaseCache {
  readonly #cache: LlmCache;
  readonly #options: Options;
  readonly #policy: Policy;

  constructor({ cache = defaultCache(), ...options }: CachedLlmCacheOptions = {}) {
    super();
    this.#cache = cache;
    this.#options = options;
    this.#policy = policyForClient(cache.policy, options);
  }

  /**
   * The stored answer in new objects; `null` where there is none.
   *
   * @throws {LlmCacheError} `REPLAY_MISS` in `replay` mode, where there is none.
   */
  async lookup(prompt: string, llmKey: string): Promise<Generation[] | null> {
    const identity = identityOf(prompt, llmKey);
    const stored = this.#cache.get(identity, this.#options);
    const found = await stored.then(restore).catch(() => null);
    if (found !== null || this.#policy.mode !== 'replay' || isLossy(prompt, llmKey)) return found;
    throw new LlmCacheError(
      'REPLAY_MISS',
      `No answer is recorded for this prompt (${identity.model ?? 'unknown model'}), and mode is 'replay'. Record it once with mode: 'read-write'.`,
    );
  }

  /** Stores an answer that is complete. Any other answer is ignored. */
  async update(prompt: string, llmKey: string, generations: Generation[]): Promise<void> {
    if (isLossy(prompt, llmKey)) return; // the look-up has reported the bypass
    try {
      const rules = { adapter: admission, admit: this.#policy.admit };
      const { rejection } = judge(rules, generations, prompt);
      const options = { ...this.#options, admit: () => rejection === undefined };
      await this.#cache.set(identityOf(prompt, llmKey), generations.map(toStored), options);
    } catch {
      // An answer that cannot be written is returned to its caller all the same.
    }
  }
}
