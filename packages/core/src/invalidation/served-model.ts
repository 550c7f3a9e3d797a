import type { EntryHeader } from '../entry/index.ts';
import type { CallIdentity } from '../key/index.ts';
import type { Policy } from '../options/index.ts';
import type { TagGenerations } from './tag-generations.ts';
import { userTag } from './tag-state.ts';

/** An instant before every entry. */
const NEVER = -1;

/**
 * The tag of all answers to one name of a model at one origin: at another origin the name may mean another model.
 * Undefined if the call does not watch for a change of the model.
 */
export function servedModelTag(
  { provider, operation = '', model }: CallIdentity,
  { onModelChange }: Policy,
): string | undefined {
  if (onModelChange !== 'expire' || model === undefined) return undefined;
  const [origin = ''] = /https?:\/\/[^/?]+/.exec(operation) ?? [];
  return ['served', provider, origin, model].join(' ');
}

/**
 * Stores which model answered to a name. Where it is another model than before, all older answers to that name
 * become stale, for every process that shares the store. Returns nothing, rather than a promise, where there is
 * nothing to store, so that no caller waits for it.
 */
export function rememberServedModel(
  tags: TagGenerations,
  call: { readonly identity: CallIdentity; readonly policy: Policy },
  { served, storedAt }: Pick<EntryHeader, 'served' | 'storedAt'>,
): Promise<void> | undefined {
  const name = servedModelTag(call.identity, call.policy);
  if (name === undefined || served?.model === undefined) return undefined;
  return remember(tags, userTag(name), { model: served.model, storedAt });
}

interface Answered {
  readonly model: string;
  readonly storedAt: number;
}

async function remember(tags: TagGenerations, tag: string, { model, storedAt }: Answered) {
  const [name = tag] = tags.generationNames([tag]);
  const known = (await tags.read([tag]))?.get(name)?.served;
  if (known !== model) await tags.expire(tag, known === undefined ? NEVER : storedAt - 1, model);
}
