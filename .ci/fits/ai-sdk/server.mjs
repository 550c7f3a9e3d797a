// A provider on this machine that answers in the form in which it is asked, and counts.
import { createServer } from 'node:http';

const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };

function chat(body, text) {
  const isAnswered = body.messages.some(({ role }) => role === 'tool');
  const called = {
    index: 0,
    type: 'function',
    function: { name: 'now', arguments: '{"city":"Rome"}' },
  };
  const isCall = body.tools !== undefined && !isAnswered;
  // There is no id in the call: the client makes one.
  const message = isCall
    ? { role: 'assistant', content: null, tool_calls: [called] }
    : { role: 'assistant', content: text };
  return { message, finish_reason: isCall ? 'tool_calls' : 'stop' };
}

function chatAnswer(body, text) {
  const { message, finish_reason } = chat(body, text);
  if (body.stream !== true)
    return {
      id: 'c',
      object: 'chat.completion',
      created: 1,
      model: body.model,
      choices: [{ index: 0, message, finish_reason }],
      usage,
    };
  const chunk = (choices, more = {}) => ({
    id: 'c',
    object: 'chat.completion.chunk',
    created: 1,
    model: body.model,
    choices,
    ...more,
  });
  return [
    chunk([{ index: 0, delta: message }]),
    chunk([{ index: 0, delta: {}, finish_reason }]),
    chunk([], { usage }),
  ];
}

const FORMS = [
  [/\/chat\/completions/, chatAnswer],
  [
    /\/embeddings/,
    ({ input }) => ({
      object: 'list',
      model: 'e',
      usage,
      data: input.map((text, index) => ({
        object: 'embedding',
        index,
        embedding: [text.length, 1],
      })),
    }),
  ],
  [
    /\/messages/,
    (_body, text) => ({
      id: 'm',
      type: 'message',
      role: 'assistant',
      model: 'm',
      content: [{ type: 'text', text }],
      stop_reason: 'end_turn',
      stop_sequence: null,
      usage: { input_tokens: 3, output_tokens: 2 },
    }),
  ],
  [
    /:generateContent/,
    (_body, text) => ({
      candidates: [
        { content: { role: 'model', parts: [{ text }] }, finishReason: 'STOP', index: 0 },
      ],
      usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 2, totalTokenCount: 5 },
    }),
  ],
  [
    /\/converse/,
    (_body, text) => ({
      output: { message: { role: 'assistant', content: [{ text }] } },
      stopReason: 'end_turn',
      usage: { inputTokens: 3, outputTokens: 2, totalTokens: 5 },
      metrics: { latencyMs: 1 },
    }),
  ],
  [
    /\/responses/,
    (body, text) => ({
      id: 'r',
      object: 'response',
      created_at: 1,
      status: 'completed',
      model: body.model,
      output: [
        {
          id: 'o',
          type: 'message',
          role: 'assistant',
          status: 'completed',
          content: [{ type: 'output_text', text, annotations: [] }],
        },
      ],
      usage: { input_tokens: 3, output_tokens: 2, total_tokens: 5 },
    }),
  ],
  [
    /\/chat$/,
    (_body, text) => ({
      generation_id: 'g',
      finish_reason: 'COMPLETE',
      message: { role: 'assistant', content: [{ type: 'text', text }] },
      usage: { tokens: { input_tokens: 3, output_tokens: 2 } },
    }),
  ],
];

export async function startServer() {
  const requests = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const piece of request) text += piece;
    requests.push({ url: request.url, headers: request.headers, body: JSON.parse(text) });
    const [, answer] = FORMS.find(([path]) => path.test(request.url));
    const body = answer(JSON.parse(text), `Answer ${requests.length}`);
    response.setHeader(
      'content-type',
      Array.isArray(body) ? 'text/event-stream' : 'application/json',
    );
    if (!Array.isArray(body)) return response.end(JSON.stringify(body));
    response.end(
      [...body.map((each) => JSON.stringify(each)), '[DONE]']
        .map((data) => `data: ${data}\n\n`)
        .join(''),
    );
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${server.address().port}`;
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url, requests, close };
}
