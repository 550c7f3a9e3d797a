import assert from 'node:assert/strict';
import type { INestApplication } from '@nestjs/common';
import { runs } from './ask.controller.js';
import { cache, model } from './model.service.js';

type Headers = Record<string, string>;

/** Asks the application over HTTP, and says what became of it. */
function clientOf(url: string) {
  return async (path: string, init: RequestInit & { headers?: Headers } = {}) => {
    const calls = model.calls;
    const response = await fetch(`${url}/ask/${path}`, init);
    const { answer, message } = await response.json();
    return {
      status: response.status,
      answer,
      message,
      calls: model.calls - calls,
      headers: response.headers,
    };
  };
}

type Ask = ReturnType<typeof clientOf>;

/** The second request is a hit, and all that stands around the handler runs for it as well. */
async function tryRoute(ask: Ask, name: 'above' | 'below') {
  const headers = { 'x-role': 'user', 'accept-language': 'en' };
  const before = { ...runs };
  const first = await ask(`${name}?q=%20why%20`, { headers });
  const second = await ask(`${name}?q=why`, { headers });
  assert.deepEqual([first.status, first.calls, second.status, second.calls], [203, 1, 203, 0]);
  assert.equal(second.answer, first.answer);
  assert.match(first.answer, /^why \d+$/);
  assert.equal(second.headers.get('x-route'), name);
  const ran = Object.entries(runs).map(([what, count]) => count - before[what]);
  assert.deepEqual(ran, [2, 2, 2]);
  assert.equal((await ask(`${name}?q=why`, { headers: { 'x-role': 'guest' } })).status, 403);
  const german = await ask(`${name}?q=why`, { headers: { ...headers, 'accept-language': 'de' } });
  assert.equal(german.calls, 1);
}

async function tryServices(ask: Ask) {
  for (const [path, answer] of [
    ['service?q=why', /^English why \d+$/],
    ['french?q=why', /^Bien : French why \d+$/],
  ] as const) {
    const [first, second] = [await ask(path), await ask(path)];
    assert.deepEqual([first.calls, second.calls], [1, 0]);
    assert.match(first.answer, answer);
    assert.equal(second.answer, first.answer);
  }
}

async function tryTenants(ask: Ask) {
  const of = (tenant: string | undefined) =>
    ask('tenant?q=why', { headers: tenant === undefined ? {} : { 'x-tenant': tenant } });
  const answers = [await of('one'), await of('two'), await of('one'), await of('two')];
  assert.deepEqual(
    answers.map(({ calls, answer }) => [calls, answer.split(' ')[0]]),
    [
      [1, 'one'],
      [1, 'two'],
      [0, 'one'],
      [0, 'two'],
    ],
  );
  const unknown = [await of(undefined), await of(undefined)];
  assert.deepEqual(
    unknown.map(({ calls }) => calls),
    [1, 1],
  );
}

async function tryBodies(ask: Ask) {
  const post = (body: object) =>
    ask('body', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const asked = [await post({ question: 'why' }), await post({ question: 'why', more: 1 })];
  assert.deepEqual(
    asked.map(({ status, calls }) => [status, calls]),
    [
      [201, 1],
      [201, 0],
    ],
  );
  assert.equal((await post({ question: 'how' })).calls, 1);
  assert.equal((await post({ question: 7 })).status, 400);
}

/** What is no request to a model is a bypass, and one warning says what to do. */
async function tryRequests(ask: Ask) {
  const reasons: string[] = [];
  const stop = cache.on('bypass', ({ reason }) => reasons.push(reason));
  const warnings: string[] = [];
  const note = ({ message }: Error) => warnings.push(message);
  process.on('warning', note);
  const raw = [await ask('raw/7'), await ask('raw/7')];
  await new Promise(setImmediate);
  process.off('warning', note);
  stop();
  assert.deepEqual(
    raw.map(({ status, calls }) => [status, calls]),
    [
      [200, 1],
      [200, 1],
    ],
  );
  assert.deepEqual(reasons, ['not-canonical', 'not-canonical']);
  const keyed = [await ask('keyed/7'), await ask('keyed/7')];
  assert.deepEqual(
    keyed.map(({ calls }) => calls),
    [1, 0],
  );
  return warnings;
}

async function tryErrors(ask: Ask) {
  const failed = [await ask('conflict'), await ask('conflict')];
  assert.deepEqual(
    failed.map(({ status, message, calls }) => [status, message, calls]),
    Array(2).fill([409, 'busy', 1]),
  );
}

/** Returns the warnings that there were. */
export async function check(application: INestApplication): Promise<readonly string[]> {
  await application.listen(0, '127.0.0.1');
  try {
    const ask = clientOf(await application.getUrl());
    await tryRoute(ask, 'above');
    await tryRoute(ask, 'below');
    await tryServices(ask);
    await tryTenants(ask);
    await tryBodies(ask);
    await tryErrors(ask);
    return await tryRequests(ask);
  } finally {
    await application.close();
    await cache.clear();
  }
}
