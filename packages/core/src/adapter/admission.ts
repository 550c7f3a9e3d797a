import type { Served } from '../entry/index.ts';
import { fieldsOf } from '../key/index.ts';
import type { Admit, Judged } from '../options/index.ts';
import type { Adapter } from './adapter.ts';
import { defaultAdapter } from './default-adapter.ts';
import { jsonIn, messagesIn, wantsJson } from './model-message.ts';
import { decisionOf, type Verdict } from './verdict.ts';

/** What decides whether an answer is stored: the rules of the provider, and what the user admits beyond them. */
export interface AdmissionRules {
  /** @default what is true for every provider */
  readonly adapter?: Pick<Adapter, 'rejects' | 'usageOf' | 'servedModelOf'> | undefined;
  readonly admit: Admit;
}

const firstText = (values: readonly unknown[]) =>
  values.find((value): value is string => typeof value === 'string' && value !== '');

/** Reads the fields of OpenAI and APIs like it, of Google, of the AI SDK, and of the first event of Anthropic. */
export function servedModelIn(response: unknown): Served | undefined {
  const { model, modelVersion, modelId, response: about, message, ...rest } = fieldsOf(response);
  const models = [model, modelVersion, modelId, fieldsOf(about).modelId, fieldsOf(message).model];
  const fingerprint = firstText([rest.system_fingerprint, rest.systemFingerprint]);
  const served = { model: firstText(models), fingerprint };
  return served.model === undefined && fingerprint === undefined ? undefined : served;
}

type Predicate = Extract<Admit, (...given: never) => unknown>;

interface Exchange {
  readonly response: unknown;
  readonly request: unknown;
}

const isPromise = (value: unknown): value is PromiseLike<unknown> =>
  typeof (value as Partial<PromiseLike<unknown>> | undefined)?.then === 'function'; // of any class

type Decision = Pick<Verdict, 'rejection' | 'deciding'>;

/** A predicate decides alone. Only `true` admits, and one that fails does not. */
function decide(admit: Predicate, { response, request }: Exchange, judged: Judged): Decision {
  const refused = judged.rejection ?? 'admit';
  const rejectionAfter = (admitted: unknown) => (admitted === true ? undefined : refused);
  try {
    const admitted: unknown = admit(response, request, judged);
    if (!isPromise(admitted)) return { rejection: rejectionAfter(admitted) };
    return { deciding: decisionOf(admitted).then(rejectionAfter, () => 'admit-error') };
  } catch {
    return { rejection: 'admit-error' };
  }
}

/** The JSON in an answer to a request that asks for JSON. */
function jsonAskedFor(response: unknown, request: unknown): unknown {
  if (!wantsJson(request)) return undefined;
  const content = typeof response === 'string' ? response : messagesIn(response)?.[0]?.content;
  return jsonIn(content)[0];
}

function decisionOn(
  { adapter = defaultAdapter, admit }: AdmissionRules,
  response: unknown,
  request: unknown,
) {
  const rejection = adapter.rejects(response, request);
  if (typeof admit === 'function') {
    const json = jsonAskedFor(response, request);
    return decide(admit, { response, request }, { rejection, json });
  }
  return {
    rejection: rejection !== undefined && admit[rejection] === true ? undefined : rejection,
  };
}

/** Judges a complete answer. An answer that cannot be judged is rejected. */
export function judge(rules: AdmissionRules, response: unknown, request: unknown): Verdict {
  const { adapter = defaultAdapter } = rules;
  try {
    const usage = adapter.usageOf?.(response);
    const served = adapter.servedModelOf?.(response) ?? servedModelIn(response);
    return { ...decisionOn(rules, response, request), usage, served };
  } catch {
    return { rejection: 'unreadable' };
  }
}
