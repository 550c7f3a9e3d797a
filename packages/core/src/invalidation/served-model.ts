import type { EntryHeader } from '../entry/index.ts';
import type { CallIdentity } from '../key/index.ts';
import type { Policy } from '../options/index.ts';
import type { TagGenerations } from './tag-generations.ts';
import { tagsOfEntry, userTag } from './tag-state.ts';

/** What all answers to one name of a model at one place have in common: elsewhere it may name another. */
function aliasTag({ provider, operation = '', model = '' }: CallIdentity): string {
  const [origin = ''] = /https?:\/\/[^/?]+/.exec(operation) ?? [];
  return ['served', provider, origin, model].join(' ');
}

/** The tag by which older answers to this model's name are made stale, where the call wants that. */
function servedModelTag(identity: CallIdentity, policy: Policy): string | undefined {
  const isWatched = policy.onModelChange === 'expire' && identity.model !== undefined;
  return isWatched ? aliasTag(identity) : undefined;
}

/** The tags of a call's entry: the user's own, and the one of its model's name. */
export function tagsOfCall(identity: CallIdentity, policy: Policy): readonly string[] {
  const tag = servedModelTag(identity, policy);
  return tag === undefined ? policy.tags : [...policy.tags, tag];
}

type Lists = Map<string, Map<string | undefined, readonly string[]>>;

/** Remembered models of a provider: a bound, since names are the users'. */
const MOST = 100;

const known = new WeakMap<Policy, Lists>();

function listsOf(policy: Policy, provider: string) {
  const lists = known.get(policy) ?? new Map();
  known.set(policy, lists);
  const models: Map<string | undefined, readonly string[]> = lists.get(provider) ?? new Map();
  if (lists.size >= MOST) lists.clear();
  lists.set(provider, models);
  return models;
}

/** All tags of a call's entry: the same list for the same model, so that what is known of it is found again. */
export function allTagsOfCall(identity: CallIdentity, policy: Policy): readonly string[] {
  const { provider, model } = identity;
  const tags = tagsOfCall(identity, policy);
  // The tag of a model's name says more than the name: where it is served.
  if (tags !== policy.tags) return tagsOfEntry({ provider, model, tags });
  const models = known.get(policy)?.get(provider) ?? listsOf(policy, provider);
  const list = models.get(model) ?? tagsOfEntry({ provider, model, tags });
  if (models.size >= MOST) models.clear();
  models.set(model, list);
  return list;
}

/** Before every entry there is. */
const NEVER = -1;

/**
 * Remembers which model answered to a name. Where it is another than before, all older answers to that name
 * are stale: said once, in one small row, to every process that shares the store. Nothing where there is
 * nothing to remember: then nobody has to wait.
 */
export function rememberServedModel(
  tagStates: TagGenerations,
  { identity, policy }: { readonly identity: CallIdentity; readonly policy: Policy },
  { served, storedAt }: Pick<EntryHeader, 'served' | 'storedAt'>,
): Promise<void> | undefined {
  const name = servedModelTag(identity, policy);
  if (name === undefined || served?.model === undefined) return undefined;
  return note(tagStates, userTag(name), { model: served.model, storedAt });
}

interface Noted {
  readonly model: string;
  readonly storedAt: number;
}

async function note(
  tagStates: TagGenerations,
  tag: string,
  { model, storedAt }: Noted,
): Promise<void> {
  const [mark = tag] = tagStates.generationNames([tag]);
  const known = (await tagStates.read([tag]))?.get(mark)?.served;
  if (known !== model)
    await tagStates.expire(tag, known === undefined ? NEVER : storedAt - 1, model);
}
