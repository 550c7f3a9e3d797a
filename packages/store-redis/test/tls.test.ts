import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RedisStoreOptions } from '@cached-llm/store-redis';
import { freePort, startRedis, temporaryFolder, until } from '@cached-llm/testing';
import { afterAll, expect, test } from '@jest/globals';
import { generate, type SelfsignedOptions } from 'selfsigned';
import { openStore } from './resources.ts';

interface Certificate {
  readonly cert: string;
  readonly key: string;
}

type Extensions = NonNullable<SelfsignedOptions['extensions']>;

async function makeCertificate(
  name: string,
  extensions: Extensions,
  ca?: Certificate,
): Promise<Certificate> {
  const made = await generate([{ name: 'commonName', value: name }], {
    algorithm: 'sha256',
    keyType: 'ec',
    extensions,
    ...(ca === undefined ? {} : { ca }),
  });
  return { cert: made.cert, key: made.private };
}

const authority = await makeCertificate('Test authority', [
  { name: 'basicConstraints', cA: true, critical: true },
  { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
]);
const extensions = [
  { name: 'basicConstraints', cA: false },
  { name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] },
] satisfies Extensions;
const client = await makeCertificate('client', extensions, authority);
const own = await makeCertificate('server', extensions, authority);

const folder = await temporaryFolder();
const pathOf = (name: string) => join(folder.path, `${name}.pem`);
const files = { ca: authority.cert, cert: own.cert, key: own.key };
await Promise.all(Object.entries(files).map(([name, text]) => writeFile(pathOf(name), text)));
const port = await freePort();
const paths = ['--tls-cert-file', pathOf('cert'), '--tls-key-file', pathOf('key')];
const checks = ['--tls-ca-cert-file', pathOf('ca'), '--tls-auth-clients', 'yes'];
const server = await startRedis({ arguments: ['--tls-port', `${port}`, ...paths, ...checks] });
const secureUrl = `rediss://127.0.0.1:${port}`;

afterAll(async () => {
  await server.stop();
  await folder.remove();
});

const open = (options: RedisStoreOptions) => openStore({ connectTimeout: 20_000, ...options });

test('a store connects with its own certificate authority and a client certificate', async () => {
  const store = open({ url: secureUrl, tls: { ca: authority.cert, ...client } });
  await store.set('key', 'value');
  expect(await store.get('key')).toBe('value');
});

test('a server whose authority is not trusted is a permanent fault', async () => {
  const store = open({ url: secureUrl, tls: client });
  const expected = { code: expect.stringMatching(/CERT/), isPermanent: true };
  await expect(store.get('key')).rejects.toMatchObject(expected);
});

test('a server whose certificate has another name is a permanent fault', async () => {
  const tls = { ca: authority.cert, ...client, servername: 'another.example' };
  const expected = { code: 'ERR_TLS_CERT_ALTNAME_INVALID', isPermanent: true };
  await expect(open({ url: secureUrl, tls }).get('key')).rejects.toMatchObject(expected);
});

test('a client without the certificate that the server wants is a permanent fault', async () => {
  const store = open({ url: secureUrl, tls: { ca: authority.cert } });
  // The server sends an alert and closes. Either may come first, and the store tries again.
  await until('The fault is permanent', () =>
    store.get('key').catch(({ isPermanent }) => isPermanent),
  );
});

test('the process survives when the server refuses many clients at once', async () => {
  const many = Array.from({ length: 40 }, () =>
    open({ url: secureUrl, tls: { ca: authority.cert } }),
  );
  const answers = await Promise.allSettled(many.map((store) => store.get('key')));
  const reasons = answers.map((answer) => answer.status === 'rejected' && answer.reason.name);
  expect(new Set(reasons)).toEqual(new Set(['RedisUnavailableError']));
});

test('TLS to a port without TLS rejects', async () => {
  const url = server.url.replace('redis:', 'rediss:');
  const expected = { name: 'RedisUnavailableError', isPermanent: false };
  await expect(open({ url, connectTimeout: 100 }).get('key')).rejects.toMatchObject(expected);
});

test('a connection without TLS to a port with TLS rejects', async () => {
  const store = open({ url: secureUrl.replace('rediss:', 'redis:') });
  await expect(store.get('key')).rejects.toMatchObject({ name: 'RedisUnavailableError' });
});
