// A Redis of its own for a check: it stores nothing on the disk.
const { spawn } = require('node:child_process');
const { createServer } = require('node:net');

async function freePort() {
  const server = createServer();
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address();
  await new Promise((closed) => server.close(closed));
  return port;
}

exports.freePort = freePort;

exports.startRedis = async () => {
  const port = await freePort();
  const words = ['--port', String(port), '--save', '', '--appendonly', 'no', '--bind', '127.0.0.1'];
  const child = spawn('redis-server', words, { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const piece of child.stdout) if (String(piece).includes('Ready to accept')) break;
  return { url: `redis://127.0.0.1:${port}`, stop: () => child.kill() };
};
