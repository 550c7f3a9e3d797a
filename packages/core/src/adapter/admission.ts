import type { Served, Usage } from '../entry/index.ts';
import { fieldsOf } from '../key/index.ts';
import type { Admit } from '../options/index.ts';
import type { Adapter } from './adapter.ts';

/** What is known of a complete answer. */
export interface Verdict {
  /** Why the answer is not stored. Undefined where it may be. */
  readonly rejection?: string | undefined;
  readonly usage?: Usage | undefined;
  /** The model that answered. */
  readonly served?: Served | undefined;
}

/** What decides whether an answer is stored: the rules of the provider, and what the user admits beyond them. */
export interface AdmissionRules {
  readonly adapter: Pick<Adapter, 'rejects' | 'usageOf' | 'servedModelOf'>;
  readonly admit: Admit;
}

export interface StreamAdmissionRules extends AdmissionRules {
  readonly adapter: AdmissionRules['adapter'] & Pick<Adapter, 'stream'>;
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

function servedModelInChunks(chunks: readonly unknown[]): Served | undefined {
  for (const chunk of chunks) {
    const served = servedModelIn(chunk);
    if (served !== undefined) return served;
  }
  return undefined;
}

function rejectionOf({ adapter, admit }: AdmissionRules, response: unknown, request: unknown) {
  const rejection = adapter.rejects(response, request);
  if (typeof admit === 'function') {
    return rejection ?? (admit(response) ? undefined : 'admit');
  }
  return rejection !== undefined && admit[rejection] === true ? undefined : rejection;
}

/** Judges a complete answer. An answer that cannot be judged is rejected. */
export function judge(rules: AdmissionRules, response: unknown, request: unknown): Verdict {
  const { adapter } = rules;
  try {
    const usage = adapter.usageOf?.(response);
    const served = adapter.servedModelOf?.(response) ?? servedModelIn(response);
    return { rejection: rejectionOf(rules, response, request), usage, served };
  } catch {
    return { rejection: 'unreadable' };
  }
}

/** Judges a stream that has ended. Its chunks may name the model where the assembled answer does not. */
export function judgeStream(
  rules: StreamAdmissionRules,
  chunks: readonly unknown[],
  request: unknown,
): Verdict {
  const response = rules.adapter.stream.assemble(chunks);
  if (response === undefined) return { rejection: 'unfinished' };
  const verdict = judge(rules, response, request);
  return verdict.served === undefined
    ? { ...verdict, served: servedModelInChunks(chunks) }
    : verdict;
}
