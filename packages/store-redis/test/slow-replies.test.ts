import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { afterThisTest, errorsOf, openStore } from './resources.ts';

/** A server that has no row. It answers at once until `holdBack`, and then one command for each `answerNext`. */
async function startSlowServer() {
  const waiting: (() => void)[] = [];
  const sockets = new Set<Socket>();
  let isHolding = false;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('data', (bytes) => {
      // The commands of this test hold no text that looks like another command.
      for (const [command] of String(bytes).matchAll(/PING|MGET/g)) {
        const answer = () => socket.write(command === 'PING' ? '+PONG\r\n' : '*1\r\n$-1\r\n');
        if (isHolding) waiting.push(answer);
        else answer();
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  afterThisTest(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`, // it listens on a port
    sockets,
    holdBack() {
      isHolding = true;
    },
    answerNext: () => waiting.shift()?.(),
  };
}

test('a server that answers one command after the other is not away, also where a ping waits behind them', async () => {
  const server = await startSlowServer();
  const store = openStore({ url: server.url, socketTimeout: 60, pingInterval: 20 });
  const errors = errorsOf(store);
  await store.get('first');
  server.holdBack();
  const reads = Array.from({ length: 15 }, (_, number) => store.get(`${number}`));
  for (const read of reads) {
    await delay(20); // the next ping is due
    server.answerNext();
    expect(await read).toBe(undefined);
  }
  expect(errors).toEqual([]);
  expect(server.sockets.size).toBe(1);
});
