test('Jest says that it cannot load the SDK', () => {
  expect(() => require('@mistralai/mistralai')).toThrow();
  expect(() => require('@cached-llm/mistral')).toThrow();
});
