// OpenAI on this machine: it counts its answers, so that no two are equal.
const { createServer } = require('node:http');

const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };

const completion = (model, text) => ({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model,
  choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }],
  usage,
});

function chunks(model, text) {
  const chunk = (delta, finish_reason) =>
    JSON.stringify({
      id: 'chatcmpl-1',
      object: 'chat.completion.chunk',
      created: 1,
      model,
      choices: [{ index: 0, delta, finish_reason }],
    });
  const pieces = [chunk({ role: 'assistant', content: text }, null), chunk({}, 'stop'), '[DONE]'];
  return pieces.map((piece) => `data: ${piece}\n\n`).join('');
}

/** @param before is awaited before each answer, with the number of the request */
exports.startServer = async (before = () => {}) => {
  const requests = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const piece of request) body += piece;
    const { model, stream } = JSON.parse(body);
    requests.push(body);
    const text = `Answer ${requests.length}`;
    await before(requests.length);
    response.setHeader('content-type', stream ? 'text/event-stream' : 'application/json');
    response.end(stream ? chunks(model, text) : JSON.stringify(completion(model, text)));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${server.address().port}`, requests, close };
};
