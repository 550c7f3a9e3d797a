const { test } = require('node:test');
const core = require('@cached-llm/core');
const { cachedOpenAI } = require('@cached-llm/openai');
const { trial } = require('fits-trial');
const { OpenAI } = require('openai');

test('calls of CommonJS are cached', () => trial({ core, openai: { OpenAI, cachedOpenAI } }));
