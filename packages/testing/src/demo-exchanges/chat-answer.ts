/** The body of a chat completion in OpenAI's wire format. */
export function chatAnswer(content: string | null, rest: object = {}, finish_reason = 'stop') {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1_700_000_000,
    model: 'gpt-test',
    choices: [{ index: 0, message: { role: 'assistant', content, ...rest }, finish_reason }],
    usage: { prompt_tokens: 5, completion_tokens: 3, total_tokens: 8 },
  };
}

/** The events of the same answer as a stream. */
export function chatEvents(pieces: readonly string[], finish_reason: string | null = 'stop') {
  const envelope = {
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1_700_000_000,
    model: 'gpt-test',
  };
  const chunk = (delta: object, reason: string | null) => ({
    ...envelope,
    choices: [{ index: 0, delta, finish_reason: reason }],
  });
  const usage = { prompt_tokens: 5, completion_tokens: 3, total_tokens: 8 };
  return [
    ...pieces.map((content) => chunk({ role: 'assistant', content }, null)),
    chunk({}, finish_reason),
    { ...envelope, choices: [], usage },
    '[DONE]',
  ];
}
