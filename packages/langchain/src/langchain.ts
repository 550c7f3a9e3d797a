import {
  type CallOptions,
  defaultCache,
  judge,
  type LlmCache,
  LlmCacheError,
  type Policy,
  resolvePolicy,
} from '@cached-llm/core';
import { BaseCache } from '@langchain/core/caches';
import type { Generation } from '@langchain/core/outputs';
import { admission } from './admission.ts';
import { identityOf, isLossy } from './identity.ts';
import { fromStored, type StoredAnswer, toStored } from './stored-generation.ts';

type Options = Pick<CallOptions, 'ttl' | 'mode' | 'scope' | 'tags' | 'version' | 'admit'>;

export interface CachedLlmCacheOptions extends Options {
  /** @default defaultCache() */
  readonly cache?: LlmCache | undefined;
}

/**
 * The `cache` of a LangChain model, for text. LangChain tells its cache less than it sends: prompts with
 * images, files or other blocks that it writes as `[image]` go past it, `.stream()` never asks it, and
 * equal calls at the same time are all made. Where the client takes a `fetch`, `cachedFetch` does better.
 *
 * Its methods never throw, but for a miss in `replay` mode.
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
    this.#policy = resolvePolicy(cache.policy, options);
  }

  /** The stored answer, in new objects; `null` where there is none. */
  async lookup(prompt: string, llmKey: string): Promise<Generation[] | null> {
    const identity = identityOf(prompt, llmKey);
    const looking = this.#cache.get(identity, this.#options);
    const found = await looking.then(revive).catch(() => null);
    if (found !== null || this.#policy.mode !== 'replay' || isLossy(prompt, llmKey)) return found;
    throw new LlmCacheError(
      'REPLAY_MISS',
      `No answer is recorded for this prompt (${identity.model ?? 'unknown model'}), and mode is 'replay'. Record it once with mode: 'read-write'.`,
    );
  }

  /** Stores an answer that is complete; any other is left alone. */
  async update(prompt: string, llmKey: string, generations: Generation[]): Promise<void> {
    if (isLossy(prompt, llmKey)) return; // the look-up has said so
    try {
      const { rejection } = judge(
        { adapter: admission, admit: this.#policy.admit },
        generations,
        prompt,
      );
      const admit = () => rejection === undefined;
      await this.#cache.set(identityOf(prompt, llmKey), generations.map(toStored), {
        ...this.#options,
        admit,
      });
    } catch {
      // An answer that cannot be written is given all the same.
    }
  }
}

function revive(stored: unknown): Generation[] | null {
  const answers = stored as readonly StoredAnswer[] | undefined; // as `update` wrote it, or nothing
  return answers?.map(fromStored) ?? null;
}
