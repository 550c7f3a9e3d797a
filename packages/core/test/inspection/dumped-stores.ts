import { readdir, readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { redisStore } from '@cached-llm/store-redis';
import { sqliteStore } from '@cached-llm/store-sqlite';
import { startRedis, temporaryFolder } from '@cached-llm/testing';
import { afterEach, beforeEach } from '@jest/globals';
import { MemoryStore, type Store } from '../../src/store.ts';
import { closeTrials } from '../trial.ts';

/** A real store, and a way to read every byte in it. */
export interface DumpedStore {
  readonly store: Store;
  dump(): Promise<Buffer>;
  close(): Promise<unknown>;
}

async function openMemory(): Promise<DumpedStore> {
  const store = new MemoryStore();
  const dump = async () => {
    const rows: string[] = [];
    for await (const { key, value } of store.scan('')) rows.push(key, value);
    return Buffer.from(rows.join('\n'));
  };
  return { store, dump, close: async () => {} };
}

async function openSqlite(): Promise<DumpedStore> {
  const folder = await temporaryFolder();
  const store = sqliteStore(join(folder.path, 'llm.db'));
  const dump = async () => {
    const names = await readdir(folder.path);
    return Buffer.concat(await Promise.all(names.map((name) => readFile(join(folder.path, name)))));
  };
  const close = async () => {
    await store.disconnect();
    await folder.remove();
  };
  return { store, dump, close };
}

/** All data of the server in its disk format, as the server sends it to a replica. */
function replicaOf(port: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('SYNC\r\n'));
    let received = Buffer.alloc(0);
    socket.on('error', reject);
    socket.on('data', (bytes) => {
      received = Buffer.concat([received, bytes]);
      const [head, length] = /^\n*\$(\d+)\r\n/.exec(received.toString('latin1')) ?? [];
      if (head === undefined || received.length < head.length + Number(length)) return;
      socket.destroy();
      resolve(received.subarray(head.length));
    });
  });
}

async function openRedis(): Promise<DumpedStore> {
  const readable = ['--rdbcompression', 'no', '--repl-diskless-sync', 'no'];
  const server = await startRedis({ arguments: readable });
  const store = redisStore({ url: server.url, connectTimeout: 30_000 });
  const close = async () => {
    await store.disconnect();
    await server.stop();
  };
  return { store, dump: () => replicaOf(server.port), close };
}

/** The stores by their name. Each function opens an empty one. */
export const DUMPED_STORES: readonly (readonly [string, () => Promise<DumpedStore>])[] = [
  ['memory', openMemory],
  ['a SQLite file', openSqlite],
  ['a Redis', openRedis],
];

/** A store that is new and empty in each test, and that is closed after the caches of the test. */
export function useDumpedStore(open: () => Promise<DumpedStore>): DumpedStore {
  const opened = {} as DumpedStore; // it has its parts in each test
  beforeEach(async () => void Object.assign(opened, await open()));
  afterEach(async () => {
    await closeTrials();
    await opened.close();
  });
  return opened;
}
