import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type RedisStore, type RedisStoreOptions, redisStore } from '@cached-llm/store-redis';
import {
  freePort,
  type RedisServer,
  startRedis,
  type TemporaryFolder,
  temporaryFolder,
  until,
} from '@cached-llm/testing';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { generate } from 'selfsigned';

interface Certificate {
  readonly cert: string;
  readonly key: string;
}

let folder: TemporaryFolder;
let server: RedisServer;
let secureUrl: string;
let authority: Certificate;
let client: Certificate;
const stores: RedisStore[] = [];

async function makeAuthority(): Promise<Certificate> {
  const made = await generate([{ name: 'commonName', value: 'Test authority' }], {
    algorithm: 'sha256',
    keyType: 'ec',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  return { cert: made.cert, key: made.private };
}

async function makeCertificate(name: string): Promise<Certificate> {
  const made = await generate([{ name: 'commonName', value: name }], {
    algorithm: 'sha256',
    keyType: 'ec',
    ca: authority,
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] },
    ],
  });
  return { cert: made.cert, key: made.private };
}

async function startSecure(own: Certificate): Promise<void> {
  const files = { ca: authority.cert, cert: own.cert, key: own.key };
  const pathOf = (name: string) => join(folder.path, `${name}.pem`);
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(pathOf(name), text)));
  const port = await freePort();
  const paths = ['--tls-cert-file', pathOf('cert'), '--tls-key-file', pathOf('key')];
  const checks = ['--tls-ca-cert-file', pathOf('ca'), '--tls-auth-clients', 'yes'];
  server = await startRedis({ arguments: ['--tls-port', `${port}`, ...paths, ...checks] });
  secureUrl = `rediss://127.0.0.1:${port}`;
}

beforeAll(async () => {
  folder = await temporaryFolder();
  authority = await makeAuthority();
  client = await makeCertificate('client');
  await startSecure(await makeCertificate('server'));
});

afterEach(async () => {
  await Promise.all(stores.splice(0).map((store) => store.disconnect()));
});

afterAll(async () => {
  await server.stop();
  await folder.remove();
});

function open(options: RedisStoreOptions): RedisStore {
  const store = redisStore({ connectTimeout: 20_000, ...options });
  stores.push(store);
  return store;
}

test('TLS with an authority of one’s own and a client certificate', async () => {
  const store = open({ url: secureUrl, tls: { ca: authority.cert, ...client } });
  await store.set('key', 'value');
  expect(await store.get('key')).toBe('value');
});

test('a server whose authority is not trusted is a mistake, and no outage', async () => {
  const store = open({ url: secureUrl, tls: client });
  const expected = { code: expect.stringMatching(/CERT/), isPermanent: true };
  await expect(store.get('key')).rejects.toMatchObject(expected);
});

test('a server that is not the one named is a mistake', async () => {
  const tls = { ca: authority.cert, ...client, servername: 'another.example' };
  const expected = { code: 'ERR_TLS_CERT_ALTNAME_INVALID', isPermanent: true };
  await expect(open({ url: secureUrl, tls }).get('key')).rejects.toMatchObject(expected);
});

test('a client without the certificate that the server wants is a mistake', async () => {
  const store = open({ url: secureUrl, tls: { ca: authority.cert } });
  // The server says so and closes; which of the two is seen first is chance, and it is tried again.
  await until('It is told', () => store.get('key').catch(({ isPermanent }) => isPermanent));
});

test('many clients that the server refuses at once end no process', async () => {
  const many = Array.from({ length: 40 }, () =>
    open({ url: secureUrl, tls: { ca: authority.cert } }),
  );
  const answers = await Promise.allSettled(many.map((store) => store.get('key')));
  const reasons = answers.map((answer) => answer.status === 'rejected' && answer.reason.name);
  expect(new Set(reasons)).toEqual(new Set(['RedisUnavailableError']));
});

test('TLS to a server that speaks none rejects', async () => {
  const url = server.url.replace('redis:', 'rediss:');
  const expected = { name: 'RedisUnavailableError', isPermanent: false };
  await expect(open({ url, connectTimeout: 100 }).get('key')).rejects.toMatchObject(expected);
});

test('no TLS to a server that wants it rejects', async () => {
  const store = open({ url: secureUrl.replace('rediss:', 'redis:') });
  await expect(store.get('key')).rejects.toMatchObject({ name: 'RedisUnavailableError' });
});
