const WORDS =
  'the tide carries salt from the rivers to the sea and leaves it there when water rises ';

/** So many characters; each number begins at another place of the same words. */
function text(characters: number, number = 0): string {
  const words = WORDS.repeat(Math.ceil(characters / WORDS.length) + 1);
  const start = (number * 31) % WORDS.length;
  return `${words.slice(start, start + characters - 8)} ${number}`;
}

/** A chat request of about so many characters, in turns of at most 2,500; each number makes another one. */
export function requestOf(characters: number, number = 0) {
  const turns = Math.max(1, Math.ceil(characters / 2_500));
  const messages = Array.from({ length: turns }, (_, index) => ({
    role: index % 2 === 0 ? 'user' : 'assistant',
    content: text(Math.floor(characters / turns), number + index),
  }));
  return { model: 'gpt-4.1-mini', temperature: 0.7, max_tokens: 500, messages };
}

/** A chat answer of about so many characters. */
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

/** So many floats, with the digits that a provider gives. */
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
