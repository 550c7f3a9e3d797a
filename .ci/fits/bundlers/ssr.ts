import * as core from '@cached-llm/core';
import { cachedOpenAI } from '@cached-llm/openai';
import { OpenAI } from 'openai';

export const openai = { OpenAI, cachedOpenAI };
export { core };
