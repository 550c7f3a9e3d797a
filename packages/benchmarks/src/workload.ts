const WORDS =
  'the tide carries salt from the rivers to the sea and leaves it there when water rises ';

const text = (characters: number) =>
  WORDS.repeat(Math.ceil(characters / WORDS.length)).slice(0, characters);

/** A chat request of about so many characters, in turns of at most 2,500. */
export function requestOf(characters: number) {
  const turns = Math.max(1, Math.ceil(characters / 2_500));
  const messages = Array.from({ length: turns }, (_, index) => ({
    role: index % 2 === 0 ? 'user' : 'assistant',
    content: text(Math.floor(characters / turns)),
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
