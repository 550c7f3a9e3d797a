// Fills one contender in a process of its own, and prints what an entry of it takes.
import { inMemory } from '../contenders/in-memory.ts';
import { heapUse } from '../measuring/heap-use.ts';
import { requestOf, responseOf } from '../measuring/workload.ts';

const [name, entries, characters] = [
  process.argv[2],
  Number(process.argv[3]),
  Number(process.argv[4]),
];
// A text of its own for each, as each response that comes from a network is.
const call = async () => JSON.parse(JSON.stringify(responseOf(characters)));
const bytesIn = () => heapUse() + process.memoryUsage().external;

const contender = inMemory.map((make) => make(call, entries)).find((made) => made.name === name);
const ask = contender?.ask;
if (ask === undefined) throw new Error(`No contender is called ${name}.`);
await ask(requestOf(100, -1));
const before = bytesIn();
for (let number = 0; number < entries; number += 1) await ask(requestOf(100, number));
const after = bytesIn();
await ask(requestOf(100, 0)); // it is alive until here
process.stdout.write(JSON.stringify((after - before) / entries));
process.exit(); // some hold timers
