// Fills one contender in its own process, and prints the bytes of an entry.
import { inMemory } from '../contenders/index.ts';
import { heapUse, requestOf, responseOf } from '../measuring/index.ts';

const [name, entries, characters] = [
  process.argv[2],
  Number(process.argv[3]),
  Number(process.argv[4]),
];
// Each response has its own text, as a response from a network has.
const call = async () => JSON.parse(JSON.stringify(responseOf(characters)));
const bytesIn = () => heapUse() + process.memoryUsage().external;

const contender = inMemory.map((make) => make(call, entries)).find((made) => made.name === name);
const ask = contender?.ask;
if (ask === undefined) throw new Error(`No contender is called ${name}.`);
await ask(requestOf(100, -1));
const before = bytesIn();
for (let number = 0; number < entries; number += 1) await ask(requestOf(100, number));
const after = bytesIn();
await ask(requestOf(100, 0)); // so the contender is not collected before
process.stdout.write(JSON.stringify((after - before) / entries));
process.exit(); // some libraries hold timers
