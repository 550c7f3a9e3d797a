// OpenAI on this machine: it calls the tool once, with ids that are new each time, and then answers.
import { createServer } from 'node:http';

const call = (count) => ({
  call_id: `call_${count}`,
  name: 'clock',
  arguments: JSON.stringify({ city: 'Rome' }),
});

function chatAnswer(body, count) {
  const isAnswered = body.messages.some(({ role }) => role === 'tool');
  const { call_id: id, ...called } = call(count);
  const message = isAnswered
    ? { role: 'assistant', content: 'It is noon in Rome.' }
    : {
        role: 'assistant',
        content: null,
        tool_calls: [{ index: 0, id, type: 'function', function: called }],
      };
  return {
    id: `chatcmpl-${count}`,
    object: 'chat.completion',
    created: count,
    model: body.model,
    choices: [{ index: 0, message, finish_reason: isAnswered ? 'stop' : 'tool_calls' }],
    usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
  };
}

function response(body, count) {
  const isAnswered = body.input.some(({ type }) => type === 'function_call_output');
  const content = [{ type: 'output_text', text: 'It is noon in Rome.', annotations: [] }];
  const item = isAnswered
    ? { type: 'message', id: `msg_${count}`, role: 'assistant', content }
    : { type: 'function_call', id: `fc_${count}`, ...call(count) };
  return {
    id: `resp_${count}`,
    object: 'response',
    created_at: count,
    model: body.model,
    status: 'completed',
    output: [{ ...item, status: 'completed' }],
    usage: { input_tokens: 3, output_tokens: 2, total_tokens: 5 },
  };
}

export async function startServer() {
  const requests = [];
  const server = createServer(async (request, answer) => {
    let text = '';
    for await (const piece of request) text += piece;
    requests.push(request.url);
    const answerTo = request.url.endsWith('/responses') ? response : chatAnswer;
    answer.setHeader('content-type', 'application/json');
    answer.end(JSON.stringify(answerTo(JSON.parse(text), requests.length)));
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${server.address().port}`, requests, close };
}
