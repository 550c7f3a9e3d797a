import { type Fields, fieldsOf, isGiven, listOf } from '../key/index.ts';

/** What an event does: it opens or closes the answer, or it begins, continues or ends one of its parts. */
interface Step {
  readonly does: 'open' | 'begin' | 'grow' | 'end' | 'close';
  /** The kind of the part, such as a block of content. */
  readonly kind?: string | undefined;
  /** The place among the parts of this kind, or its id. */
  readonly place?: unknown;
  /** How many parts the opening has already. */
  readonly count?: number;
  /** The part needs no event of its own to begin: texts of Converse. */
  readonly beginsByItself?: boolean;
}

/** Events of Anthropic, of Cohere's second version, and parts of the AI SDK. */
const NAMED =
  /^(message|content_block|content|tool-call|citation|text|reasoning|tool-input)[-_](start|delta|stop|end)$/;
const PART_STEPS = { start: 'begin', delta: 'grow', stop: 'end', end: 'end' } as const;
const isPartStep = (name: string | undefined): name is keyof typeof PART_STEPS =>
  name !== undefined && name in PART_STEPS;

function namedStep(event: Fields): Step | undefined {
  const [, kind, step] = NAMED.exec(String(event.type)) ?? [];
  if (!isPartStep(step)) return undefined;
  const { index, id: place = index } = event;
  // Every provider says the place: an event without one is of the user's own.
  if (kind !== 'message')
    return isGiven(place) ? { does: PART_STEPS[step], kind, place } : undefined;
  if (step === 'start')
    return { does: 'open', count: listOf(fieldsOf(event.message).content).length };
  const isEnd = step !== 'delta' || isGiven(fieldsOf(event.delta).stop_reason);
  return isEnd ? { does: 'close' } : undefined;
}

const ENVELOPE: Readonly<Record<string, Step>> = {
  'response.created': { does: 'open' }, // the Responses API of OpenAI
  'response.completed': { does: 'close' },
  'stream-start': { does: 'open' }, // the AI SDK, and Cohere's first version
  finish: { does: 'close' },
  'stream-end': { does: 'close' },
};

function responseStep({ type, output_index: place }: Fields): Step | undefined {
  if (typeof place !== 'number' || !String(type).startsWith('response.')) return undefined;
  const kind = 'output';
  if (type === 'response.output_item.added') return { does: 'begin', kind, place };
  return { does: type === 'response.output_item.done' ? 'end' : 'grow', kind, place };
}

const CONVERSE = { contentBlockStart: 'begin', contentBlockDelta: 'grow', contentBlockStop: 'end' };

function converseStep(event: Fields): Step | undefined {
  if ('messageStart' in event) return { does: 'open' };
  if ('messageStop' in event) return { does: 'close' };
  const [name, does] = Object.entries(CONVERSE).find(([each]) => each in event) ?? [];
  if (name === undefined) return undefined;
  const place = fieldsOf(event[name]).contentBlockIndex;
  if (!isGiven(place)) return undefined;
  return { does: does as Step['does'], kind: 'block', place, beginsByItself: true }; // of the record above
}

const stepOf = (event: Fields): Step | undefined =>
  namedStep(event) ??
  ENVELOPE[String(event.type ?? event.event_type ?? event.eventType)] ??
  responseStep(event) ??
  converseStep(event);

/** Citations may overlap, so that their places are not counted. An id may be used again when its part has ended. */
class Parts {
  readonly #open = new Set<string>();
  readonly #last = new Map<string, number>();
  #isClosed = false;
  /** How many parts the opening had. Undefined before it. */
  #opened: number | undefined;

  readonly #isLoose: boolean;

  constructor(hasOpening: boolean, isLoose: boolean) {
    this.#opened = hasOpening ? undefined : 0;
    this.#isLoose = isLoose;
  }

  /** Is this step out of order? */
  take(step: Step): boolean {
    if (step.does === 'open') return this.#takeOpening(step);
    if (step.does === 'close') {
      this.#isClosed = true;
      return !this.#isLoose && this.#open.size > 0;
    }
    if (this.#isClosed || this.#opened === undefined) return true;
    const name = `${step.kind} ${String(step.place)}`;
    if (step.does === 'begin') return this.#begin(step, name);
    const mayBegin = step.beginsByItself === true || this.#isLoose;
    const isStray = !this.#open.has(name) && !(mayBegin && !this.#begin(step, name));
    if (step.does === 'end') this.#open.delete(name);
    return isStray;
  }

  #takeOpening({ count = 0 }: Step): boolean {
    const isFirst = this.#opened === undefined && !this.#isClosed;
    this.#opened = count;
    return !isFirst;
  }

  #begin({ kind = '', place }: Step, name: string): boolean {
    const isAgain = this.#open.has(name);
    this.#open.add(name);
    if (typeof place !== 'number' || kind === 'citation') return isAgain;
    const last = this.#last.get(kind);
    this.#last.set(kind, place);
    return last === undefined ? place > (this.#opened ?? 0) : place !== last + 1;
  }
}

/** Does an event open an answer? Where none does, the user's own code may have chosen the events. */
export const hasOpening = (events: readonly Fields[]) =>
  events.some((event) => stepOf(event)?.does === 'open');

/**
 * Is an event missing, repeated, or of another answer? Each part begins once, in its place, before it grows, and ends before
 * the answer does; nothing comes before the opening, where there is one.
 *
 * @param isLoose parts may begin and end without an event of their own
 */
export function isOutOfOrder(events: readonly Fields[], isLoose = false): boolean {
  const parts = new Parts(hasOpening(events), isLoose);
  return events.map(stepOf).some((step) => step !== undefined && parts.take(step));
}

const isNumber = (value: unknown): value is number => typeof value === 'number';

/** Is a number missing or repeated among those of the events? */
export function hasGap(events: readonly Fields[]): boolean {
  const numbers = events.map((event) => event.sequence_number).filter(isNumber);
  return numbers.some((number, place) => place > 0 && number !== Number(numbers[place - 1]) + 1);
}

const textOf = (part: unknown) => {
  const { text, refusal, arguments: called, input, code } = fieldsOf(part);
  return [text, refusal, called, input, code].find((each) => typeof each === 'string');
};

/** The text of an item of the Responses API: that of its parts, or what it calls a tool with. */
function textOfItem(item: unknown): string | undefined {
  const { content } = fieldsOf(item);
  if (fieldsOf(item).type !== 'message') return textOf(item);
  return listOf(content)
    .map((part) => textOf(part) ?? '')
    .join('');
}

/** The deltas of an item that are in its text. */
const IN_ITEM = /^response\.(output_text|refusal|function_call_arguments|custom_tool_call_input)\./;

/** What the Responses API says of one text, piece by piece and whole, by the place of the text. */
class Texts {
  readonly #pieces = new Map<string, string>();

  /** Does the event say something whole that its pieces do not come to? */
  take(event: Fields): boolean {
    const { type, delta, output_index: index } = event;
    const item = `item ${String(index)}`;
    if (type === 'response.completed') return this.#endsOtherwise(event);
    if (type === 'response.output_item.done') return this.#differs(item, textOfItem(event.item));
    const [base, step] = String(type).split(/\.(?=delta$|done$)/);
    const places = [index, event.content_index, event.summary_index];
    const name = [base, ...places].map(String).join(' ');
    if (step === 'done') return this.#differs(name, textOf(event));
    if (step !== 'delta' || typeof delta !== 'string') return false;
    this.#add(name, delta);
    if (IN_ITEM.test(String(type))) this.#add(item, delta);
    return false;
  }

  #endsOtherwise({ response }: Fields): boolean {
    const items = listOf(fieldsOf(response).output);
    return items.some((item, place) => this.#differs(`item ${place}`, textOfItem(item)));
  }

  #add(name: string, delta: string): void {
    this.#pieces.set(name, `${this.#pieces.get(name) ?? ''}${delta}`);
  }

  #differs(name: string, whole: string | undefined): boolean {
    const pieces = this.#pieces.get(name);
    return pieces !== undefined && whole !== undefined && pieces !== whole;
  }
}

/** Has the last event another text than the events before it? */
function endsOtherwise(events: readonly Fields[]): boolean {
  const last = events.findLast(({ type }) => type === 'response.completed');
  const output = listOf(fieldsOf(last?.response).output);
  const items = events.filter(({ type }) => type === 'response.output_item.done');
  if (output.length === 0) return false; // such an answer is empty
  return items.some(
    ({ item, output_index }) => textOfItem(item) !== textOfItem(output[Number(output_index)]),
  );
}

/** Cohere's first version ends with the whole text. White space around it may be cut off. */
function endsWithOtherText(events: readonly Fields[]): boolean {
  const named = events.map((event) => [event.event_type ?? event.eventType, event] as const);
  const pieces = named.filter(([name]) => name === 'text-generation').map(([, { text }]) => text);
  const [, last] = named.findLast(([name]) => name === 'stream-end') ?? [];
  const { text } = fieldsOf(last?.response);
  return pieces.length > 0 && typeof text === 'string' && pieces.join('').trim() !== text.trim();
}

/** Do the pieces of a text not come to what a later event says of the whole? */
export function isTextTorn(events: readonly Fields[]): boolean {
  const texts = new Texts();
  return (
    events.some((event) => texts.take(event)) || endsOtherwise(events) || endsWithOtherText(events)
  );
}
