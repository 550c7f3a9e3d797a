import { MemorySaver } from '@langchain/langgraph';
import { ChatOpenAI } from '@langchain/openai';
import { createAgent, tool } from 'langchain';
import { z } from 'zod';
import { testAgent } from './agent.mjs';
import { importBuilt } from './install.mjs';

testAgent(await importBuilt(import.meta.url), { createAgent, tool, ChatOpenAI, MemorySaver, z });
