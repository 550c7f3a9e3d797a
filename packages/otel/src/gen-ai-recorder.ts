import type { LlmCache } from '@cached-llm/core';
import type { Attributes, Counter, Meter } from '@opentelemetry/api';
import type { CallAttributes } from './call-attributes.ts';
import { type Family, familyOf } from './conventions.ts';
import { genAiInstruments } from './gen-ai-instruments.ts';
import { errorOf, type MadeCall } from './made-call.ts';

type Usage = NonNullable<MadeCall['usage']>;

/** What is known so far of a call for many items: one part of it comes after the other. */
interface Unfinished {
  parts: number;
  took: number;
  inputTokens: number | undefined;
}

/** Calls for many items of which some parts have not come. One whose parts never come is forgotten. */
const MOST_UNFINISHED = 1_000;

const modality = (kind: string) => ({ 'gen_ai.token.modality': kind });

const MODALITIES = ['text', 'image', 'audio', 'video'];

/** The tokens of each modality as far as the provider says it, and the rest. Nothing counted is 0 of an unknown one. */
function modalitiesOf(side: 'input' | 'output', usage: Usage): ReadonlyMap<string, number> {
  const { [`${side}Tokens` as const]: all = 0, details = {} } = usage;
  const known = MODALITIES.map((kind) => [kind, details[`${side}_${kind}_tokens`] ?? 0] as const);
  const counts = new Map(known.filter(([, count]) => count > 0));
  const rest = known.reduce((left, [, count]) => left - count, all);
  if (rest < 0) return new Map([['unknown', all]]); // the provider counts a token in two of them
  if (rest > 0 || counts.size === 0) counts.set('unknown', rest);
  return counts;
}

function addByModality(
  counter: Counter,
  counts: ReadonlyMap<string, number>,
  attributes: Attributes,
): void {
  for (const [kind, count] of counts) counter.add(count, { ...attributes, ...modality(kind) });
}

/** Records the calls that were made, as the conventions say. */
export class GenAiRecorder {
  readonly #instruments: ReturnType<typeof genAiInstruments>;
  readonly #attributes: CallAttributes;
  readonly #unfinished = new Map<number, Unfinished>();

  constructor(meter: Meter, attributes: CallAttributes) {
    this.#instruments = genAiInstruments(meter);
    this.#attributes = attributes;
  }

  /** Returns how to stop. */
  start(cache: Pick<LlmCache, 'on'>): () => void {
    const record = (event: MadeCall) => this.#record(event);
    const stops = (['stored', 'not-admitted', 'call-failed'] as const).map((name) =>
      cache.on(name, record),
    );
    return () => {
      for (const stop of stops) stop();
    };
  }

  #record(event: MadeCall): void {
    const attributes = this.#attributes.of(event);
    const family = familyOf(attributes);
    const error = errorOf(event);
    if (family === 'inference') this.#use(event.usage ?? {}, attributes);
    const whole = this.#wholeOf(event);
    if (whole === undefined) return; // other parts of the call follow
    const failed =
      error === undefined
        ? attributes
        : { ...attributes, 'error.type': this.#attributes.value('error.type', error) };
    if (whole.took !== undefined)
      this.#instruments.duration[family].record(whole.took / 1_000, failed);
    this.#distribute(family, whole, failed);
  }

  /** Tokens as the provider counted them: 0 where it counted none. */
  #use(usage: Usage, attributes: Attributes): void {
    const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens, reasoningTokens } =
      this.#instruments.usage;
    addByModality(inputTokens, modalitiesOf('input', usage), attributes);
    addByModality(outputTokens, modalitiesOf('output', usage), attributes);
    const of = { ...attributes, ...modality('unknown') };
    const { output_reasoning_tokens: thoughts } = usage.details ?? {};
    if (usage.cacheReadTokens !== undefined) cacheReadTokens.add(usage.cacheReadTokens, of);
    if (usage.cacheWriteTokens !== undefined) cacheWriteTokens.add(usage.cacheWriteTokens, of);
    if (thoughts !== undefined) reasoningTokens.add(thoughts, of);
  }

  /** What is not known is not recorded: a call of 0 tokens would lower the percentiles. */
  #distribute(family: Family, { inputTokens, outputTokens }: Whole, attributes: Attributes): void {
    const { input, output, embedded } = this.#instruments.perCall;
    if (family === 'embeddings' && inputTokens !== undefined)
      embedded.record(inputTokens, attributes);
    if (family !== 'inference') return;
    if (inputTokens !== undefined) input.record(inputTokens, attributes);
    if (outputTokens !== undefined) output.record(outputTokens, attributes);
  }

  /** The whole call, once all of its parts are known. */
  #wholeOf({ part, took, usage }: MadeCall): Whole | undefined {
    const { inputTokens, outputTokens } = usage ?? {};
    if (part === undefined) return { took, inputTokens, outputTokens };
    const known = this.#unfinished.get(part.call) ?? { parts: 0, took: 0, inputTokens: undefined };
    known.parts += 1;
    known.took += took ?? 0;
    if (inputTokens !== undefined) known.inputTokens = (known.inputTokens ?? 0) + inputTokens;
    if (known.parts < part.of) return this.#waitFor(part.call, known);
    this.#unfinished.delete(part.call);
    return known;
  }

  #waitFor(call: number, known: Unfinished): undefined {
    if (this.#unfinished.size >= MOST_UNFINISHED) this.#unfinished.clear();
    this.#unfinished.set(call, known);
  }
}

interface Whole {
  readonly took?: number | undefined;
  readonly inputTokens?: number | undefined;
  readonly outputTokens?: number | undefined;
}
