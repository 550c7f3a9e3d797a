import type { Served, Usage } from '../entry/index.ts';
import { fieldsOf } from '../key/index.ts';
import type { Admit } from '../options/index.ts';
import type { Adapter } from './adapter.ts';

/** What is known of a complete answer. */
export interface Verdict {
  /** Why the answer is not worth keeping; nothing where it is. */
  readonly rejection?: string | undefined;
  readonly usage?: Usage | undefined;
  readonly served?: Served | undefined;
}

const textIn = (values: readonly unknown[]) =>
  values.find((value): value is string => typeof value === 'string' && value !== '');

/** In the words of OpenAI and its kin, of Google, of the AI SDK, and of the first event of Anthropic. */
function servedModelIn(response: unknown): Served | undefined {
  const { model, modelVersion, modelId, response: about, message, ...rest } = fieldsOf(response);
  const said = [model, modelVersion, modelId, fieldsOf(about).modelId, fieldsOf(message).model];
  const fingerprint = textIn([rest.system_fingerprint, rest.systemFingerprint]);
  const served = { model: textIn(said), fingerprint };
  return served.model === undefined && fingerprint === undefined ? undefined : served;
}

/** Who answered; nothing where the answer does not say. */
function servedModelOf(
  adapter: Pick<Adapter, 'servedModelOf'>,
  response: unknown,
): Served | undefined {
  return adapter.servedModelOf?.(response) ?? servedModelIn(response);
}

/** The first chunk that says so tells for all of them. */
function servedModelInChunks(chunks: readonly unknown[]): Served | undefined {
  for (const chunk of chunks) {
    const served = servedModelIn(chunk);
    if (served !== undefined) return served;
  }
  return undefined;
}

export interface AdmissionRules {
  readonly adapter: Pick<Adapter, 'rejects' | 'usageOf' | 'servedModelOf'>;
  readonly admit: Admit;
}

function rejection({ adapter, admit }: AdmissionRules, response: unknown, request: unknown) {
  const rejected = adapter.rejects(response, request);
  if (typeof admit !== 'function') {
    return rejected !== undefined && admit[rejected] === true ? undefined : rejected;
  }
  return rejected ?? (admit(response) ? undefined : 'admit');
}

/** May this answer be kept, and what did it use, and of whom is it? An answer that cannot be judged is not kept. */
export function judge(rules: AdmissionRules, response: unknown, request: unknown): Verdict {
  try {
    const usage = rules.adapter.usageOf?.(response);
    const served = servedModelOf(rules.adapter, response);
    return { rejection: rejection(rules, response, request), usage, served };
  } catch {
    return { rejection: 'unreadable' };
  }
}

export interface StreamAdmissionRules extends AdmissionRules {
  readonly adapter: AdmissionRules['adapter'] & Pick<Adapter, 'stream'>;
}

/** {@link judge}, for a stream that has ended. What the whole answer leaves out of its maker, the chunks may say. */
export function judgeStream(
  rules: StreamAdmissionRules,
  chunks: readonly unknown[],
  request: unknown,
): Verdict {
  const response = rules.adapter.stream.assemble(chunks);
  if (response === undefined) return { rejection: 'unfinished' };
  const facts = judge(rules, response, request);
  return facts.served === undefined ? { ...facts, served: servedModelInChunks(chunks) } : facts;
}
