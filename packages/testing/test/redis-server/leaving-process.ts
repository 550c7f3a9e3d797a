// A test starts this process, which starts a server and does not stop it. Argument: how it ends.
import { startRedis } from '@cached-llm/testing';

const server = await startRedis();
process.stdout.write(`${server.pid}\n`);
const [, , way] = process.argv;
if (way === 'exit') process.exit(3);
if (way === 'error') throw new Error('uncaught');
process.kill(process.pid, way);
