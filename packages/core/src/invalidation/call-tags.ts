import { BoundedMap, type CallIdentity } from '../key/index.ts';
import type { Policy } from '../options/index.ts';
import { servedModelTag } from './served-model.ts';
import type { TagGenerations, TagRow } from './tag-generations.ts';
import { tagsOfEntry } from './tag-state.ts';

/** All tags of the entry of one call, and the rows that hold their states. */
export interface TagsOfCall {
  readonly tags: readonly string[];
  readonly tagRows: readonly TagRow[];
}

type Models = Map<string | undefined, TagsOfCall>;

/** Providers of a policy, and models of a provider. Both are bounded because their names are the user's. */
const MAX_KNOWN_NAMES = 100;

/** The tags that the header of a call's entry holds: the user's own, and the tag of its model's name. */
export function headerTags(identity: CallIdentity, policy: Policy): readonly string[] {
  const tag = servedModelTag(identity, policy);
  return tag === undefined ? policy.tags : [...policy.tags, tag];
}

/** The tags of calls and their rows. They are made once for each policy, provider and model, since every hit needs them. */
export class CallTags {
  readonly #generations: TagGenerations;
  readonly #known = new WeakMap<Policy, BoundedMap<string, Models>>();

  constructor(generations: TagGenerations) {
    this.#generations = generations;
  }

  of(identity: CallIdentity, policy: Policy): TagsOfCall {
    const { provider, model } = identity;
    const tags = headerTags(identity, policy);
    // The tag of a model's name also depends on the origin of the call.
    if (tags !== policy.tags) return this.#make({ provider, model, tags });
    const models = this.#known.get(policy)?.get(provider) ?? this.#modelsOf(policy, provider);
    const known = models.get(model);
    if (known !== undefined) return known;
    const made = this.#make({ provider, model, tags });
    models.set(model, made);
    return made;
  }

  #modelsOf(policy: Policy, provider: string): Models {
    const providers = this.#known.get(policy) ?? new BoundedMap<string, Models>(MAX_KNOWN_NAMES);
    const models: Models = new BoundedMap(MAX_KNOWN_NAMES);
    this.#known.set(policy, providers.set(provider, models));
    return models;
  }

  #make(header: Parameters<typeof tagsOfEntry>[0]): TagsOfCall {
    const tags = tagsOfEntry(header);
    return { tags, tagRows: this.#generations.rowsOf(tags) };
  }
}
