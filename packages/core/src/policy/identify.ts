import {
  type CallIdentity,
  type FieldPath,
  type Fields,
  fieldPath,
  isFields,
  normaliseRequest,
} from '../words/call-identity.ts';
import type { Adapter } from './adapter.ts';
import { eitherForm } from './either-form.ts';
import type { Policy } from './policy.ts';

/** A request as a door hands it over. */
export interface Asked extends CallIdentity {
  readonly adapter?: Adapter | undefined;
  readonly url?: URL | undefined;
}

const TEMPERATURE = fieldPath('temperature');
const CONVERSATION = ['messages', 'prompt', 'input', 'contents'] as const;
const paths = new WeakMap<Adapter, readonly FieldPath[]>();

/** Looks like a request to a model: then, and only then, is its temperature a temperature. */
function isRecognised(request: Fields): boolean {
  return CONVERSATION.some((field) => Object.hasOwn(request, field));
}

function ignoredBy(adapter: Adapter | undefined): readonly FieldPath[] {
  if (adapter === undefined) return [];
  const known = paths.get(adapter) ?? adapter.ignore.map(fieldPath);
  paths.set(adapter, known);
  return known;
}

function normalised(request: Fields, adapter: Adapter | undefined, policy: Policy): Fields {
  const isKnown = adapter !== undefined || isRecognised(request);
  const ignore = [...ignoredBy(adapter), ...policy.ignore];
  const temperature =
    adapter?.temperature === undefined ? TEMPERATURE : fieldPath(adapter.temperature);
  return normaliseRequest(request, {
    ignore,
    temperature: isKnown ? temperature : [],
  });
}

function modelOf({ adapter, request, url }: Asked): string | undefined {
  if (!isFields(request)) return undefined;
  const model = adapter?.modelOf?.(request, url) ?? request.model;
  return typeof model === 'string' ? model : undefined;
}

/** Everything the answer depends on, from what was asked: the one place where a request becomes a key. */
export function identify(asked: Asked, policy: Policy): CallIdentity {
  const { adapter, request } = asked;
  const given = isFields(request) ? normalised(request, adapter, policy) : request;
  const streamed =
    asked.streamed ?? (isFields(request) && request.stream === true ? true : undefined);
  // Written out: spreading what was asked costs as much as hashing it.
  const identity: CallIdentity = {
    provider: asked.provider,
    operation: asked.operation,
    code: asked.code,
    headers: asked.headers,
    further: asked.further,
    form: asked.form,
    model: asked.model ?? modelOf(asked),
    streamed,
    version: asked.version ?? policy.version,
    // The first of several answers is the one that a call without a number has.
    sample: (asked.sample ?? policy.sample) || undefined,
    request: given,
  };
  const cross = policy.crossMode ? adapter?.cross : undefined;
  const isCovered = cross !== undefined && isFields(given) && cross.covers(given);
  return isCovered ? eitherForm(identity, given, cross) : identity;
}
