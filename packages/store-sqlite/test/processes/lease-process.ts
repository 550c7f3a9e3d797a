// A test runs this. It takes a lease for each line of input, and prints its holder.
import { createInterface } from 'node:readline';
import { sqliteStore } from '@cached-llm/store-sqlite';
import { withDriver } from '../chosen-driver.ts';

const [path, token = ''] = process.argv.slice(2);
const store = sqliteStore(withDriver(path));

for await (const line of createInterface({ input: process.stdin })) {
  const [key = '', milliseconds] = line.split(' ');
  const [holder] = await store.leases.take([key], token, Number(milliseconds));
  process.stdout.write(`${holder}\n`);
}
await store.disconnect();
