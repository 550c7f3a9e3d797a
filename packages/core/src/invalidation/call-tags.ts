import type { EntryHeader } from '../entry/index.ts';
import { BoundedMap, type CallIdentity } from '../key/index.ts';
import type { Policy } from '../options/index.ts';
import type { TagGenerations } from './tag-generations.ts';
import { NO_TAG_STATES, type TagRow, type TagStates, tagsOfEntry, userTag } from './tag-state.ts';

/** All tags of the entry of one call, and the rows that hold their states. */
export interface TagsOfCall {
  readonly tags: readonly string[];
  readonly tagRows: readonly TagRow[];
}

type Models = Map<string | undefined, TagsOfCall>;

/** Providers of a policy, and models of a provider. Both are bounded because their names are the user's. */
const MAX_KNOWN_NAMES = 100;

/**
 * The tag of all answers to one name of a model at one origin: at another origin the name may mean another model.
 * Undefined if the call does not watch for a change of the model.
 */
function servedModelTag(
  { provider, operation = '', model }: CallIdentity,
  { onModelChange }: Policy,
): string | undefined {
  if (onModelChange !== 'expire' || model === undefined) return undefined;
  const [origin = ''] = /https?:\/\/[^/?]+/.exec(operation) ?? [];
  return ['served', provider, origin, model].join(' ');
}

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
    return { tags, tagRows: this.#generations.rows.of(tags) };
  }
}

/**
 * Stores which model answered to a name. If it is another model than before, all older answers to that name become
 * stale, for every process that shares the store. Returns undefined, rather than a promise, if there is nothing to
 * store, so that no caller waits for it. Else it resolves to the states with which the answer is to be stored.
 */
export function rememberServedModel(
  generations: TagGenerations,
  call: { readonly identity: CallIdentity; readonly policy: Policy },
  { served, storedAt }: Pick<EntryHeader, 'served' | 'storedAt'>,
): Promise<TagStates> | undefined {
  const name = servedModelTag(call.identity, call.policy);
  if (name === undefined || served?.model === undefined) return undefined;
  return remember(generations, userTag(name), { model: served.model, storedAt });
}

interface Answered {
  readonly model: string;
  readonly storedAt: number;
}

async function remember(
  generations: TagGenerations,
  tag: string,
  { model, storedAt }: Answered,
): Promise<TagStates> {
  const [name = tag] = generations.generationNames([tag]);
  const states = await generations.read([tag]);
  const known = states?.get(name)?.served;
  if (states !== undefined && known === model) return states;
  if (known === undefined) await generations.noteServed(tag, model);
  else await generations.expire(tag, storedAt - 1, model);
  return (await generations.read([tag])) ?? NO_TAG_STATES;
}
