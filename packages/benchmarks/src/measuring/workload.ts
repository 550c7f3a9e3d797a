const WORDS =
  'the tide carries salt from the rivers to the sea and leaves it there when water rises ';

/** A text of this many characters; each number starts at another place of the same words. */
function text(characters: number, number = 0): string {
  const words = WORDS.repeat(Math.ceil(characters / WORDS.length) + 1);
  const start = (number * 31) % WORDS.length;
  return `${words.slice(start, start + characters - 8)} ${number}`;
}

/** A chat request of about this many characters, in messages of at most 2,500; each number makes another request. */
export function requestOf(characters: number, number = 0) {
  const turns = Math.max(1, Math.ceil(characters / 2_500));
  const messages = Array.from({ length: turns }, (_, index) => ({
    role: index % 2 === 0 ? 'user' : 'assistant',
    content: text(Math.floor(characters / turns), number + index),
  }));
  return { model: 'gpt-4.1-mini', temperature: 0.7, max_tokens: 500, messages };
}

/** A chat answer of about this many characters. */
export function responseOf(characters: number) {
  const message = { role: 'assistant', content: text(characters), refusal: null };
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1_700_000_000,
    model: 'gpt-4.1-mini-2025-04-14',
    choices: [{ index: 0, message, finish_reason: 'stop' }],
    usage: { prompt_tokens: 200, completion_tokens: 400, total_tokens: 600 },
  };
}

export function embeddingRequest(number: number) {
  return { model: 'text-embedding-3-small', input: text(1_000, number) };
}

/** An embedding with as many digits in each float as a provider sends. */
export function embeddingOf(dimensions: number) {
  const embedding = Array.from(
    { length: dimensions },
    (_, index) => Math.fround(Math.sin(index)) / 16,
  );
  const data = [{ object: 'embedding', index: 0, embedding }];
  const usage = { prompt_tokens: 200, total_tokens: 200 };
  return { object: 'list', data, model: 'text-embedding-3-small', usage };
}

/** The chunks of a streamed chat answer, the last one with its terminal marker. */
export function chunksOf(count: number) {
  return Array.from({ length: count }, (_, index) => ({
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1_700_000_000,
    model: 'gpt-4.1-mini-2025-04-14',
    choices: [
      {
        index: 0,
        delta: { content: index === 0 ? 'The' : ' tide' },
        finish_reason: index === count - 1 ? 'stop' : null,
      },
    ],
  }));
}

/** A provider that answers each request once: a supposed hit that calls it again ends the benchmark. */
export function answersOnce(response: unknown) {
  const known = new Set<string>();
  return async function complete(request: object): Promise<unknown> {
    const text = JSON.stringify(request);
    if (known.has(text)) throw new Error('A request that was stored reached the provider.');
    known.add(text);
    return response;
  };
}

/** A function that gives one item after the other, and then the first one again. */
export function takingTurns<Item>(first: Item, ...others: readonly Item[]): () => Item {
  const items = [first, ...others];
  let turn = 0;
  return () => {
    turn = (turn + 1) % items.length;
    return items[turn] ?? first;
  };
}
