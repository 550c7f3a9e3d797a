const { NAMES } = require('./names.cjs');

for (const name of NAMES.filter((each) => !each.endsWith('/mistral')))
  test(`${name} is required`, () => {
    expect(Object.keys(require(name)).length).toBeGreaterThan(0);
  });

test('a store is opened by its URL', async () => {
  const { createLlmCache, cachedLlmCall } = require('@cached-llm/core');
  const cache = createLlmCache({ store: 'sqlite::memory:', storeTimeout: 5000 });
  const errors = [];
  cache.on('store-error', ({ reason }) => errors.push(reason));
  const ask = cachedLlmCall(
    async function answer(question) {
      return question;
    },
    { cache },
  );
  expect(await ask('Why?')).toBe('Why?');
  await cache.close();
  expect(errors).toEqual([]);
});
