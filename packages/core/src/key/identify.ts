import type { Adapter } from '../adapter/adapter.ts';
import type { Policy } from '../options/policy.ts';
import {
  type CallIdentity,
  type Fields,
  fieldPath,
  isFields,
  type Normalisation,
  normaliseRequest,
} from './call-identity.ts';
import { eitherForm } from './either-form.ts';

/** A request as a door hands it over. */
export interface Asked extends CallIdentity {
  readonly adapter?: Adapter | undefined;
  readonly url?: URL | undefined;
}

const CONVERSATION = ['messages', 'prompt', 'input', 'contents'] as const;
const NO_ADAPTER = {};
const normalisations = new WeakMap<Policy, WeakMap<object, Normalisation>>();

/** Looks like a request to a model: then, and only then, is its temperature a temperature. */
function isRecognised(request: Fields): boolean {
  return CONVERSATION.some((field) => Object.hasOwn(request, field));
}

/** What a request is rid of, and where its temperature is: worked out once for an adapter and a policy. */
function normalisationFor(adapter: Adapter | undefined, policy: Policy): Normalisation {
  const of = adapter ?? NO_ADAPTER;
  const known = normalisations.get(policy)?.get(of);
  if (known !== undefined) return known;
  const ignore = [...(adapter?.ignore.map(fieldPath) ?? []), ...policy.ignore];
  const made = { ignore, temperature: fieldPath(adapter?.temperature ?? 'temperature') };
  const others = normalisations.get(policy) ?? new WeakMap<object, Normalisation>();
  normalisations.set(policy, others.set(of, made));
  return made;
}

function normalised(request: Fields, adapter: Adapter | undefined, policy: Policy): Fields {
  const normalisation = normalisationFor(adapter, policy);
  const isKnown = adapter !== undefined || isRecognised(request);
  return normaliseRequest(request, isKnown ? normalisation : { ...normalisation, temperature: [] });
}

function modelOf({ adapter, request, url }: Asked): string | undefined {
  if (!isFields(request)) return undefined;
  const model = adapter?.modelOf?.(request, url) ?? request.model;
  return typeof model === 'string' ? model : undefined;
}

type Unfinished = { -readonly [Name in keyof CallIdentity]: CallIdentity[Name] };

/** Sorting and passing over what was not given takes as long as hashing what was: it is left out from the start. */
function add<Name extends keyof CallIdentity>(
  identity: Unfinished,
  name: Name,
  value: CallIdentity[Name],
): void {
  if (value !== undefined) identity[name] = value;
}

/** Everything the answer depends on, from what was asked: the one place where a request becomes a key. */
export function identify(asked: Asked, policy: Policy): CallIdentity {
  const { adapter, request } = asked;
  const given = isFields(request) ? normalised(request, adapter, policy) : request;
  const isStreamed = isFields(request) && request.stream === true;
  const identity: Unfinished = { provider: asked.provider, request: given };
  add(identity, 'operation', asked.operation);
  add(identity, 'model', asked.model ?? modelOf(asked));
  add(identity, 'code', asked.code);
  add(identity, 'headers', asked.headers);
  add(identity, 'further', asked.further);
  add(identity, 'form', asked.form);
  add(identity, 'streamed', asked.streamed ?? (isStreamed || undefined));
  add(identity, 'version', asked.version ?? policy.version);
  // The first of several answers is the one that a call without a number has.
  add(identity, 'sample', (asked.sample ?? policy.sample) || undefined);
  const cross = policy.crossMode ? adapter?.cross : undefined;
  const isCovered = cross !== undefined && isFields(given) && cross.covers(given);
  return isCovered ? eitherForm(identity, given, cross) : identity;
}
