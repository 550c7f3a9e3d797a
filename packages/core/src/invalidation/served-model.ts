import type { Adapter } from '../adapter/adapter.ts';
import type { Served } from '../entry/entry.ts';
import type { CallIdentity } from '../key/call-identity.ts';
import { fieldsOf } from '../key/reading.ts';
import type { Policy } from '../options/policy.ts';

const textIn = (values: readonly unknown[]) =>
  values.find((value): value is string => typeof value === 'string' && value !== '');

/** In the words of OpenAI and its kin, of Google, of the AI SDK, and of the first event of Anthropic. */
function toldBy(response: unknown): Served | undefined {
  const { model, modelVersion, modelId, response: about, message, ...rest } = fieldsOf(response);
  const said = [model, modelVersion, modelId, fieldsOf(about).modelId, fieldsOf(message).model];
  const fingerprint = textIn([rest.system_fingerprint, rest.systemFingerprint]);
  const served = { model: textIn(said), fingerprint };
  return served.model === undefined && fingerprint === undefined ? undefined : served;
}

/** Who answered; nothing where the answer does not say. */
export function servedBy(
  adapter: Pick<Adapter, 'servedModelOf'>,
  response: unknown,
): Served | undefined {
  return adapter.servedModelOf?.(response) ?? toldBy(response);
}

/** The first chunk that says so tells for all of them. */
export function servedInChunks(chunks: readonly unknown[]): Served | undefined {
  for (const chunk of chunks) {
    const served = toldBy(chunk);
    if (served !== undefined) return served;
  }
  return undefined;
}

/** What all answers to one name of a model at one place have in common: elsewhere it may name another. */
function aliasTag({ provider, operation = '', model = '' }: CallIdentity): string {
  const [origin = ''] = /https?:\/\/[^/?]+/.exec(operation) ?? [];
  return ['served', provider, origin, model].join(' ');
}

/** The tag by which older answers to this model's name are made stale, where the call wants that. */
export function servedTag(identity: CallIdentity, policy: Policy): string | undefined {
  const isWatched = policy.onModelChange === 'expire' && identity.model !== undefined;
  return isWatched ? aliasTag(identity) : undefined;
}

/** The tags of a call's entry: the user's own, and the one of its model's name. */
export function callTags(identity: CallIdentity, policy: Policy): readonly string[] {
  const tag = servedTag(identity, policy);
  return tag === undefined ? policy.tags : [...policy.tags, tag];
}
