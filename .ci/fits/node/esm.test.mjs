import { test } from 'node:test';
import * as core from '@cached-llm/core';
import { cachedOpenAI } from '@cached-llm/openai';
import { trial } from 'fits-trial';
import { OpenAI } from 'openai';

test('calls of ES modules are cached', () => trial({ core, openai: { OpenAI, cachedOpenAI } }));
