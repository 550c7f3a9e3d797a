#!/usr/bin/env node
import { main } from 'cached-llm';

await main();
