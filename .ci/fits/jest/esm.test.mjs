import * as core from '@cached-llm/core';
import { cachedOpenAI } from '@cached-llm/openai';
import { trial } from 'fits-trial';
import { OpenAI } from 'openai';

test('calls are cached', () => trial({ core, openai: { OpenAI, cachedOpenAI } }));
