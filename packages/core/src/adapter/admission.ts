import type { Served, Usage } from '../entry/index.ts';
import { fieldsOf } from '../key/index.ts';
import { type Admit, type Judged, startTimer } from '../options/index.ts';
import type { Adapter } from './adapter.ts';
import { jsonIn, messagesIn, wantsJson } from './model-message.ts';

/** What is known of a complete answer. */
export interface Verdict {
  /** Why the answer is not stored. Undefined where it may be. */
  readonly rejection?: string | undefined;
  /** The HTTP status of an answer that is an error. */
  readonly error?: string | undefined;
  /** The user's `admit` is still deciding: what `rejection` will be. It never rejects. */
  readonly deciding?: Promise<string | undefined> | undefined;
  readonly usage?: Usage | undefined;
  /** The model that answered. */
  readonly served?: Served | undefined;
}

/** What decides whether an answer is stored: the rules of the provider, and what the user admits beyond them. */
export interface AdmissionRules {
  readonly adapter: Pick<Adapter, 'rejects' | 'usageOf' | 'servedModelOf'>;
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

/** Milliseconds that an async `admit` or `when` may take. */
const DECISION_TIMEOUT = 60_000;

/** @throws where the user's predicate rejects, or takes too long. */
export async function decisionOf<Decision>(decided: PromiseLike<Decision>): Promise<Decision> {
  let cancel = () => {};
  const timeout = new Promise<never>((_resolve, reject) => {
    cancel = startTimer(DECISION_TIMEOUT, () => reject());
  });
  return Promise.race([decided, timeout]).finally(cancel);
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

function decisionOn({ adapter, admit }: AdmissionRules, response: unknown, request: unknown) {
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
  const { adapter } = rules;
  try {
    const usage = adapter.usageOf?.(response);
    const served = adapter.servedModelOf?.(response) ?? servedModelIn(response);
    return { ...decisionOn(rules, response, request), usage, served };
  } catch {
    return { rejection: 'unreadable' };
  }
}

/** The verdict once the user's `admit` has decided. */
export async function settled({ deciding, ...verdict }: Verdict): Promise<Verdict> {
  return deciding === undefined ? verdict : { ...verdict, rejection: await deciding };
}

/** May the answer be stored, as far as is known now? */
export const isAdmitted = ({ rejection, deciding }: Verdict) =>
  rejection === undefined && deciding === undefined;
