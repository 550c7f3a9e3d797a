import {
  type ChatRequest,
  chatExchange,
  type DemoExchange,
  demoCreatedAt,
  demoModelVersion,
  usage,
} from './demo-exchange.ts';

/** The body of a chat completion that streams. */
export interface StreamedChatRequest extends ChatRequest {
  stream: true;
  stream_options: { include_usage: boolean };
}

const pieces = ['Count', ' the', ' rings', ':', ' one', ' per', ' year', '.'];

const asked = chatExchange('streamed-chat', 'How do I tell the age of a felled tree?', {
  kind: 'sse',
  headers: { 'x-request-id': 'req_demo_streamed-chat' },
  body: [
    chunk({ role: 'assistant', content: '', refusal: null }),
    ...pieces.map((content) => chunk({ content })),
    chunk({}, 'stop'),
    { ...envelope(), choices: [], usage: usage(17, pieces.length) },
    '[DONE]',
  ],
});

export const streamedChat: DemoExchange<StreamedChatRequest> = {
  ...asked,
  request: { ...asked.request, stream: true, stream_options: { include_usage: true } },
};

function chunk(delta: Readonly<Record<string, unknown>>, finishReason: string | null = null) {
  const choice = { index: 0, delta, logprobs: null, finish_reason: finishReason };
  return { ...envelope(), choices: [choice], usage: null };
}

function envelope() {
  return {
    id: 'chatcmpl-demo-streamed-chat',
    object: 'chat.completion.chunk',
    created: demoCreatedAt,
    model: demoModelVersion,
    service_tier: 'default',
    system_fingerprint: 'fp_demo000001',
  };
}
