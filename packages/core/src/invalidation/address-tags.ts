import type { CallIdentity } from '../key/call-identity.ts';
import type { Policy } from '../options/policy.ts';
import { callTags } from './served-model.ts';
import { tagsOf } from './tags.ts';

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
export function addressTags(identity: CallIdentity, policy: Policy): readonly string[] {
  const { provider, model } = identity;
  const tags = callTags(identity, policy);
  // The tag of a model's name says more than the name: where it is served.
  if (tags !== policy.tags) return tagsOf({ provider, model, tags });
  const models = known.get(policy)?.get(provider) ?? listsOf(policy, provider);
  const list = models.get(model) ?? tagsOf({ provider, model, tags });
  if (models.size >= MOST) models.clear();
  models.set(model, list);
  return list;
}
