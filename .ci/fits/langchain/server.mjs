// OpenAI on this machine: it calls a tool once, with an id that is new each time, and then answers.
import { createServer } from 'node:http';

const answer = (body, count) => {
  const isAnswered = body.messages.some(({ role }) => role === 'tool');
  const call = (id, city) => ({
    id: `call_${count}_${id}`,
    type: 'function',
    function: { name: 'now', arguments: JSON.stringify({ city }) },
  });
  const message = isAnswered
    ? { role: 'assistant', content: `Answer ${count}` }
    : { role: 'assistant', content: null, tool_calls: [call(1, 'Rome'), call(2, 'Oslo')] };
  return {
    id: `chatcmpl-${count}`,
    object: 'chat.completion',
    created: 1,
    model: body.model,
    choices: [{ index: 0, message, finish_reason: isAnswered ? 'stop' : 'tool_calls' }],
    usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
  };
};

export async function startServer() {
  const requests = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const piece of request) text += piece;
    requests.push(JSON.parse(text));
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(answer(requests.at(-1), requests.length)));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${server.address().port}`, requests, close };
}
