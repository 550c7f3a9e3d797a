import nodeModule from 'node:module'; // webpack would follow a createRequire that is imported by its name
import { type CallOptions, type LlmCache, LlmCacheError } from '@cached-llm/core';
import {
  type Bypass,
  cacheOf,
  type Fields,
  fieldsOf,
  isFields,
  judge,
  type Policy,
  policyForClient,
  settled,
  shareOrigin,
} from '@cached-llm/core/adapter';
import {
  BaseCache,
  deserializeStoredGeneration,
  serializeGeneration,
} from '@langchain/core/caches';
import type { StoredGeneration } from '@langchain/core/messages';
import type { Generation } from '@langchain/core/outputs';
import { type Account, carriesIds, UNKNOWN_ACCOUNT } from './account.ts';
import { admission } from './admission.ts';
import { identityOf, OTHER_FORM, requestIn } from './identity.ts';

type Options = Pick<
  CallOptions,
  'ttl' | 'mode' | 'scope' | 'tags' | 'version' | 'admit' | 'ignore'
>;

/** Options of `CachedLlmCache`: the cache, who answers, and some of the options of a call. */
export interface CachedLlmCacheOptions extends Options {
  /** @default defaultCache() */
  readonly cache?: LlmCache | undefined;
  /**
   * Who answers, and all that the answer depends on: the model, its settings and its base URL, as plain data. It is needed if the
   * class of the model does not say this to its cache. It is part of the key, and models with different values need a cache each.
   * It is needed as well for models that differ in what no class tells its cache: `outputVersion`, and
   * `supportsStrictToolCalling` where tools are given to a call and not bound.
   * @default nothing: the calls of such a model bypass the cache
   */
  readonly identity?: Readonly<Record<string, unknown>> | undefined;
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
  return answers === undefined ? null : traced(answers, answers.map(fromStored));
}

/** Lets what LangChain gives its caller come from the same entry: a generation, and the message in it. */
function traced(stored: readonly object[], generations: Generation[]): Generation[] {
  for (const generation of generations) {
    shareOrigin([stored], generation);
    if ('message' in generation) shareOrigin([stored], generation.message);
  }
  return generations;
}

/** The version of @langchain/core that this package runs with. Undefined in a bundle, where it has no file of its own. */
function langChainVersion(): string | undefined {
  try {
    const { version } = nodeModule.createRequire(import.meta.url)('@langchain/core/package.json');
    return String(version);
  } catch {
    return undefined;
  }
}

/** Another version may write other texts, in which two calls could look the same. */
function refuseOtherVersions(version = langChainVersion()): void {
  if (version === undefined || version.startsWith('1.')) return;
  throw new LlmCacheError(
    'WRONG_CLIENT',
    `@langchain/core ${version} is installed, and CachedLlmCache takes >=1 <2. Install @langchain/core@1, or give the model a fetch made by cachedFetch.`,
  );
}

/** Does this answer have the content blocks of LangChain's second form? Only the answer says so, and not the model string. */
function isOfOtherForm(generation: Generation): boolean {
  const { message } = generation as { readonly message?: { readonly response_metadata?: unknown } }; // of a chat model
  return fieldsOf(message?.response_metadata).output_version === 'v1';
}

/** A copy of plain data. Undefined for what contains a function or a symbol. */
function copyOf(identity: Fields): Fields | undefined {
  try {
    return structuredClone(identity);
  } catch {
    return undefined;
  }
}

function readIdentity(identity: unknown): Fields | undefined {
  if (identity === undefined) return undefined;
  const isGiven = isFields(identity) && Object.keys(identity).length > 0;
  const copy = isGiven ? copyOf(identity) : undefined;
  if (copy !== undefined) return copy;
  throw new LlmCacheError(
    'INVALID_OPTION',
    "`identity` says nothing, or is not plain data. Write the fields that the answer depends on, such as { model: 'llama3.2', temperature: 0 }.",
  );
}

/**
 * The `cache` of a LangChain model, for text. LangChain gives its cache less than it sends to the model. A prompt with images,
 * files or other blocks that it writes as `[image]` bypasses the cache. `.stream()` never reads it, and equal calls at the same
 * time all call the model. Models of a class that does not say which model and settings answer bypass it as well, unless `identity`
 * says so. Where the client takes a `fetch`, prefer `cachedFetch`.
 *
 * Its methods never throw, except for a miss in `replay` mode.
 *
 * @throws {LlmCacheError} for a bad option, and `WRONG_CLIENT` for another version of LangChain, when it is made.
 */
export class CachedLlmCache extends BaseCache {
  readonly #cache: LlmCache;
  readonly #options: Options;
  readonly #policy: Policy;
  readonly #identity: Fields | undefined;
  /** The remedies that were shown: each is shown once. */
  readonly #shown = new Set<string>();

  constructor({ cache, identity, ...options }: CachedLlmCacheOptions = {}) {
    super();
    refuseOtherVersions();
    this.#cache = cacheOf({ cache });
    this.#options = options;
    this.#policy = policyForClient(this.#cache.policy, options);
    this.#identity = readIdentity(identity);
  }

  /**
   * The stored answer in new objects; `null` where there is none.
   *
   * @throws {LlmCacheError} `REPLAY_MISS` in `replay` mode, where there is none.
   */
  async lookup(prompt: string, llmKey: string): Promise<Generation[] | null> {
    const identified = this.#identify(prompt, llmKey);
    if ('bypass' in identified) {
      await this.#cache.get(identified, this.#options); // an event tells it
      return this.#showRemedy(identified);
    }
    const { identity, account } = identified;
    const stored = this.#cache.get(identity, this.#optionsFor(account));
    const found = await stored.then(restore).catch(() => null);
    if (found !== null || this.#policy.mode !== 'replay') return found;
    throw new LlmCacheError(
      'REPLAY_MISS',
      `No answer is recorded for this prompt (${identity.model ?? 'unknown model'}), and mode is 'replay'. Record it once with mode: 'read-write'.`,
    );
  }

  /** Stores an answer that is complete. Any other answer is ignored. */
  async update(prompt: string, llmKey: string, generations: Generation[]): Promise<void> {
    const identified = this.#identify(prompt, llmKey);
    if ('bypass' in identified) return; // the look-up has reported it
    const { identity, account } = identified;
    const untold = this.#untoldIn(generations, account);
    if (untold !== undefined) return this.#warn(untold);
    try {
      const rules = { adapter: admission, admit: this.#policy.admit };
      const request = requestIn(prompt, llmKey, this.#identity);
      const { rejection } = await settled(judge(rules, generations, request));
      const options = { ...this.#optionsFor(account), admit: () => rejection === undefined };
      const stored = generations.map(toStored);
      await this.#cache.set(identity, stored, options);
      traced(stored, generations);
    } catch {
      // An answer that cannot be written is returned to its caller all the same.
    }
  }

  #identify(prompt: string, llmKey: string) {
    const { isForAnyAccount } = this.#cache;
    return identityOf(prompt, llmKey, { said: this.#identity, isForAnyAccount });
  }

  /** The options of a call whose answer is of no use after a while. In `replay` mode nothing is sent, and no id expires. */
  #optionsFor(account: Account | undefined): CallOptions {
    const { mode, maxAge } = this.#policy;
    const isLimited = account !== undefined && account.retention < maxAge && mode !== 'replay';
    return isLimited ? { ...this.#options, maxAge: account.retention } : this.#options;
  }

  /** What the answer shows and the key lacks, so that it cannot be stored. */
  #untoldIn(generations: readonly Generation[], account: Account | undefined): string | undefined {
    if (this.#identity !== undefined) return undefined; // the user says whose answers these are
    if (generations.some(isOfOtherForm)) return OTHER_FORM;
    const isUnknown = account === undefined && !this.#cache.isForAnyAccount;
    return isUnknown && generations.some(carriesIds) ? UNKNOWN_ACCOUNT : undefined;
  }

  /** A cache that never answers is told also to an application that listens to no event. */
  #showRemedy({ remedy }: Bypass): null {
    if (remedy !== undefined) this.#warn(remedy);
    return null;
  }

  #warn(remedy: string): void {
    if (this.#shown.has(remedy)) return;
    this.#shown.add(remedy);
    process.emitWarning(remedy, 'LlmCacheWarning');
  }
}
