// A test runs this. It takes leases, prints the holder of each, and runs until it is killed.
import { redisStore } from '@cached-llm/store-redis';

const [url, token = '', milliseconds] = process.argv.slice(2);
const { leases } = redisStore({ url: url ?? '', connectTimeout: 30_000 });
const holders: string[] = [];
for (let number = 0; number < 200; number += 1) {
  holders.push(...(await leases.take([`key-${number}`], token, Number(milliseconds))));
}
process.stdout.write(`${holders.join(' ')}\nheld\n`);
process.stdin.resume();
