const core = require('@cached-llm/core');
const { cachedOpenAI } = require('@cached-llm/openai');
const { trial } = require('fits-trial');
const { OpenAI } = require('openai');

test('calls are cached', () => trial({ core, openai: { OpenAI, cachedOpenAI } }));
