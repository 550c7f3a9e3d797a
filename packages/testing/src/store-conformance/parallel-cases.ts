import type { StoreCase } from './store-case.ts';

const numbers = Array.from({ length: 100 }, (_, number) => number);

export const parallelCases: readonly StoreCase[] = [
  {
    name: 'the last of several sets at once on one key counts',
    async run({ store, expect }) {
      for (const round of [1, 2, 3]) {
        await Promise.all(numbers.map((number) => store.set('key', `${round}.${number}`)));
        expect(await store.get('key')).toEqual(`${round}.99`);
      }
    },
  },
  {
    name: 'a value that is read while it is written is one of the written values, never a mixture',
    async run({ store, expect }) {
      const values = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(100_000));
      await store.set('key', 'a'.repeat(100_000));
      const written = Promise.all(values.map((value) => store.set('key', value)));
      const read = await Promise.all(values.map(() => store.get('key')));
      await written;
      expect(read.every((value) => values.includes(String(value)))).toEqual(true);
    },
  },
  {
    name: 'a hundred operations at once do not mix up their rows',
    async run({ store, expect }) {
      await Promise.all(numbers.map((number) => store.set(`key ${number}`, `value ${number}`)));
      const odd = numbers.filter((number) => number % 2 === 1);
      await Promise.all(odd.map((number) => store.delete(`key ${number}`)));
      const read = await Promise.all(numbers.map((number) => store.get(`key ${number}`)));
      const left = numbers.map((number) => (number % 2 === 1 ? undefined : `value ${number}`));
      expect(read).toEqual(left);
    },
  },
  {
    name: 'two stores that write at once lose nothing',
    needs: ['shared'],
    async run({ store, another, expect }) {
      const second = await another();
      const both = numbers.flatMap((number) => [
        store.set(`first ${number}`, `${number}`),
        second.set(`second ${number}`, `${number}`),
      ]);
      await Promise.all(both);
      const names = ['first', 'second'];
      const keys = names.flatMap((name) => numbers.map((number) => `${name} ${number}`));
      const read = await Promise.all(keys.map((key) => store.get(key)));
      expect(read).toEqual([...numbers, ...numbers].map(String));
    },
  },
];
