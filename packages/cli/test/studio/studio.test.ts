import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { put } from '../questions.ts';
import { type TestStore, TestStores } from '../test-stores.ts';
import { ask, buildPage, type ServedPage, servePage } from './studio-server.ts';

const ONE_YEAR = { ttl: '365d' } as const; // the page has the time of this machine

let testStores: TestStores;
beforeAll(async () => {
  buildPage();
  testStores = await TestStores.open();
});
afterAll(() => testStores.close());

let testStore: TestStore;
let page: ServedPage;
beforeEach(async () => {
  testStore = testStores.next('SQLite');
  for (const content of ['the sea', 'the moon', 'the wind']) {
    await put(testStore, content, { ...ONE_YEAR, tags: [content] });
  }
  page = await servePage(testStore);
});
afterEach(async () => {
  expect(await page.end()).toBe(0);
});

const get = (path: string, headers: Readonly<Record<string, string>> = {}) =>
  ask(`${page.origin}${path}`, { headers: { cookie: page.cookie, ...headers } });
const post = (path: string, body: unknown, headers: Readonly<Record<string, string>> = {}) =>
  ask(`${page.origin}${path}`, {
    method: 'POST',
    headers: { cookie: page.cookie, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
const entriesLeft = async () => (await testStore.json('list --state fresh')).length;

describe('cached-llm studio', () => {
  test('serves the page to who opens the printed address', async () => {
    const opened = await ask(page.url);
    expect(opened).toMatchObject({ status: 303, headers: { location: '/' } });
    const shown = await get('/');
    expect(shown).toMatchObject({ status: 200, headers: { 'referrer-policy': 'no-referrer' } });
    expect(shown.headers['content-security-policy']).toContain("default-src 'none'");
    expect((await get('/page.js')).status).toBe(200);
  });

  test('has the numbers of the command line', async () => {
    let shown = { isCounting: true };
    while (shown.isCounting) shown = JSON.parse((await get('/api/stats')).body); // the timeout of the test ends it
    const [printed] = await testStore.json('stats');
    const { measuredAt: _, ...store } = printed.store;
    const measuredAt = expect.any(String); // each counts at its own time
    expect(shown).toEqual({ ...printed, store: { ...store, measuredAt }, isCounting: false });
  });

  test('lists entries by a filter, in an order, without their answers and scopes', async () => {
    const all = JSON.parse((await get('/api/entries?sort=key&order=ascending')).body);
    expect(all).toMatchObject({ total: 3, matching: 3, isComplete: true });
    const keys = all.rows.map(({ key }: { key: string }) => key);
    expect(keys).toEqual([...keys].sort());
    const some = await get('/api/entries?tag=the+moon&limit=1');
    expect(JSON.parse(some.body)).toMatchObject({ matching: 1, rows: [{ tags: ['the moon'] }] });
    expect(some.body).not.toContain('About');
  });

  test('hides an answer until it is asked to reveal it', async () => {
    const { rows } = JSON.parse((await get('/api/entries?tag=the+sea')).body);
    const key = encodeURIComponent(rows[0].key);
    expect((await get(`/api/entry?key=${key}`)).body).not.toContain('About');
    expect((await get(`/api/entry?key=${key}&reveal=true`)).body).toContain('About: the sea');
  });

  test.each(['invalidate', 'expire', 'delete'])(
    '%s says first how many, and does it when that is confirmed',
    async (action) => {
      const filter = 'tag=the+moon';
      const asked = await post('/api/steer', { action, filter });
      expect(JSON.parse(asked.body)).toMatchObject({ action, count: 1 });
      expect(await entriesLeft()).toBe(3);
      expect((await post('/api/steer', { action, filter, count: 2 })).status).toBe(409);
      expect(await entriesLeft()).toBe(3);
      const done = await post('/api/steer', { action, filter, count: 1 });
      expect(JSON.parse(done.body)).toMatchObject({ action, count: 1, done: 1 });
      expect(await entriesLeft()).toBe(2);
    },
  );

  test('changes tags when that is confirmed, and says what it could not change', async () => {
    const filter = 'tag=the+moon';
    const order = { action: 'tag', filter, add: ['night', '--yes'], remove: ['the moon'] };
    const asked = await post('/api/steer', order);
    expect(JSON.parse(asked.body)).toMatchObject({ action: 'tag', count: 1 });
    expect((await post('/api/steer', { ...order, count: 2 })).status).toBe(409);
    const done = await post('/api/steer', { ...order, count: 1 });
    expect(JSON.parse(done.body)).toMatchObject({ done: 1, refused: [] });
    const { rows } = JSON.parse((await get('/api/entries?tag=night')).body);
    expect(rows).toMatchObject([{ tags: ['night', '--yes'] }]);
    await testStore.use((cache) => cache.invalidate({ tag: 'used' }));
    const used = { action: 'tag', keys: [rows[0].key], add: ['used'], count: 1 };
    expect(JSON.parse((await post('/api/steer', used)).body)).toMatchObject({
      done: 0,
      refused: [{ entries: 1, why: expect.stringContaining('Choose another tag.') }],
    });
    for (const wrong of [{}, { add: [''] }, { add: 'one' }]) {
      expect((await post('/api/steer', { action: 'tag', filter, count: 1, ...wrong })).status).toBe(
        400,
      );
    }
  });

  test.each([
    ['no token', { cookie: '' }, 401],
    ['another token', { cookie: 'cached-llm-000000000000=x' }, 401],
    ['another Host', { host: 'evil.example' }, 421],
    ['a Host that is rebound', { host: '127.0.0.1.evil.example' }, 421],
    ['another origin', { origin: 'http://evil.example' }, 403],
    ['an origin that is hidden', { origin: 'null' }, 403],
    ['a page of another site', { 'sec-fetch-site': 'cross-site' }, 403],
    ['a form', { 'content-type': 'text/plain' }, 403],
  ])('refuses a request with %s, and changes nothing', async (_what, headers, status) => {
    const order = { action: 'delete', filter: '', count: 3 };
    expect((await post('/api/steer', order, headers)).status).toBe(status);
    expect(await entriesLeft()).toBe(3);
  });

  test.each([
    '/../package.json',
    '/%2e%2e/package.json',
    '/page.js/../../index.js',
    '//etc/passwd',
    '/..%5cpackage.json',
    '/%5c..%5c..%5cpackage.json',
    '/api/..%5c..%5cpackage.json',
  ])('serves no file but those of the page: %s', async (path) => {
    expect((await get(path)).status).toBe(404);
  });

  test('says of a path that is no address that it cannot be read', async () => {
    const socket = connect(Number(new URL(page.origin).port), '127.0.0.1');
    socket.end('GET // HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n');
    expect(await text(socket)).toMatch(/^HTTP\/1.1 400 .*The address cannot be read\.\s*$/s);
  });

  test('refuses the token in a Referer, and another token of the same length', async () => {
    const [name = '', token = ''] = page.cookie.split('=');
    const other = `${name}=${'A'.repeat(token.length)}`;
    const order = { action: 'delete', filter: '', count: 3 };
    const asked = await post('/api/steer', order, { cookie: '', referer: page.url });
    expect([asked.status, (await get('/', { cookie: other })).status]).toEqual([401, 401]);
    expect((await post('/api/steer', order, { cookie: other })).status).toBe(401);
    expect(await entriesLeft()).toBe(3);
  });

  test.each([
    [{ filter: 'modle=gpt-4o', count: 3 }, 'The filter has modle.'],
    [{ filter: 'tag=the+sea&tag=the+moon' }, 'The filter has tag.'],
    [{ filter: 'toString=x', count: 3 }, 'The filter has toString.'],
    [{ filter: '', count: '3' }, 'count must be the number'],
    [{ filter: '', count: null }, 'count must be the number'],
  ])(
    'refuses an order that it does not understand, and changes nothing: %j',
    async (order, why) => {
      const { status, body } = await post('/api/steer', { action: 'delete', ...order });
      expect([status, JSON.parse(body).error]).toEqual([400, expect.stringContaining(why)]);
      expect(await entriesLeft()).toBe(3);
    },
  );

  test('changes nothing by a GET', async () => {
    for (const name of ['steer', 'export', 'explain']) {
      expect((await get(`/api/${name}?action=delete&filter=&count=3`)).status).toBe(404);
    }
    expect(await entriesLeft()).toBe(3);
  });

  test('refuses a query and a body that are too long, and serves the next request', async () => {
    expect((await get(`/api/entries?text=${'a'.repeat(100_000)}`)).status).toBe(431);
    const { status, body } = await post('/api/explain', { request: 'a'.repeat(33_554_432) });
    expect([status, body]).toEqual([413, expect.stringContaining('32 MiB')]);
    expect((await get('/api/entries')).status).toBe(200);
  });

  test('serves others while a body does not end, and ends under it', async () => {
    const { host, port } = { host: '127.0.0.1', port: Number(new URL(page.origin).port) };
    const slow = connect(port, host);
    const head = ['POST /api/steer HTTP/1.1', `host: ${host}:${port}`, `cookie: ${page.cookie}`];
    const more = ['content-type: application/json', 'content-length: 1000', '', '{"action":'];
    slow.write([...head, ...more].join('\r\n'));
    expect((await get('/api/entries')).status).toBe(200);
    const closed = once(slow.resume(), 'close');
    expect(await page.end()).toBe(0);
    await closed;
    expect(await entriesLeft()).toBe(3);
  });

  test('exports the selected entries, or those of a filter, as the command line does', async () => {
    const printed = await testStore.json('export');
    const linesOf = ({ body }: { body: string }) =>
      body
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
    const all = linesOf(await post('/api/export', { filter: '' }));
    const byKey = (one: { key: string }, other: { key: string }) => (one.key < other.key ? -1 : 1);
    expect(all.sort(byKey)).toEqual(printed.sort(byKey));
    const [{ key }] = printed;
    const selected = linesOf(await post('/api/export', { keys: [key, key, 'no-such-key'] }));
    expect(selected).toEqual([printed[0]]);
    expect(await testStore.json(`export ${key}`)).toEqual(selected);
    expect((await post('/api/export', {})).status).toBe(400);
  });

  test.each(['sort=toString', 'state=gone', 'olderThan=soon'])(
    'says of a query that it does not understand what it takes: %s',
    async (query) => {
      const { status, body } = await get(`/api/entries?${query}`);
      expect([status, JSON.parse(body).error]).toEqual([400, expect.stringMatching(/ must be /)]);
    },
  );

  test('says what to do where another program has the port', async () => {
    const { port } = new URL(page.origin);
    const { code, errors } = await testStore.run(`studio --port ${port}`);
    expect([code, errors]).toEqual([1, expect.stringContaining('--port 0 for any free port.')]);
  });

  test('changes nothing where it only shows', async () => {
    const shown = await servePage(testStore, '--read-only');
    const { status, body } = await ask(`${shown.origin}/api/steer`, {
      method: 'POST',
      headers: { cookie: shown.cookie, 'content-type': 'application/json' },
      body: JSON.stringify({ action: 'delete', filter: '', count: 3 }),
    });
    expect([status, JSON.parse(body).error]).toEqual([403, expect.stringContaining('--read-only')]);
    expect(await entriesLeft()).toBe(3);
    expect(await shown.end()).toBe(0);
  });
});
