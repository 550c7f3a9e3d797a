// Whoever is loaded first, a package is one: its functions and classes are the same by require and by import.
const assert = require('node:assert/strict');
const { test } = require('node:test');
const { isOne } = require('fits-trial');
const { NAMES, BOUND } = require('./names.cjs');

for (const name of NAMES)
  test(`${name} is required, and imported`, async () => {
    const cjs = require(name);
    assert.ok(Object.keys(cjs).length > 0);
    const esm = await import(name);
    assert.deepEqual(
      Object.keys(cjs).sort(),
      Object.keys(esm)
        .filter((key) => key !== 'module.exports')
        .sort(),
    );
    if (!BOUND.includes(name)) assert.ok(isOne(cjs, esm));
  });

test('a client of each build of an SDK is answered with its own classes', async () => {
  const { createServer } = require('node:http');
  const text = {
    candidates: [
      { content: { role: 'model', parts: [{ text: 'Salt' }] }, finishReason: 'STOP', index: 0 },
    ],
  };
  let calls = 0;
  const server = createServer((_request, response) => {
    calls += 1;
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(text));
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  const baseUrl = `http://127.0.0.1:${server.address().port}`;
  const builds = [
    [require('@google/genai'), require('@cached-llm/google')],
    [await import('@google/genai'), await import('@cached-llm/google')],
  ];
  for (const [{ GoogleGenAI, GenerateContentResponse }, { cachedGoogle }] of builds) {
    const client = cachedGoogle(new GoogleGenAI({ apiKey: 'k', httpOptions: { baseUrl } }));
    for (const _round of [1, 2]) {
      const response = await client.models.generateContent({ model: 'm', contents: 'Why?' });
      assert.ok(response instanceof GenerateContentResponse);
      assert.equal(response.text, 'Salt');
    }
  }
  server.close();
  server.closeAllConnections();
  assert.equal(calls, 1);
});
