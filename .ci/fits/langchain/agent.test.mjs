import { createLlmCache } from '@cached-llm/core';
import { CachedLlmCache, cachedFetch } from '@cached-llm/langchain';
import { MemorySaver } from '@langchain/langgraph';
import { ChatOpenAI } from '@langchain/openai';
import { createAgent, tool } from 'langchain';
import { z } from 'zod';
import { testAgent } from './agent.mjs';

const packages = { createLlmCache, CachedLlmCache, cachedFetch };

testAgent(packages, { createAgent, tool, ChatOpenAI, MemorySaver, z });
