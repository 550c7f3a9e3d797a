#!/bin/sh
# Streams an answer with curl: sh ask.sh 'Why is the sea salty?'
curl -sSN --fail-with-body "${OPENAI_BASE_URL:-https://api.openai.com/v1}/chat/completions" \
  -H "Authorization: Bearer $OPENAI_API_KEY" -H 'Content-Type: application/json' \
  -d "{\"model\": \"gpt-4o-mini\", \"stream\": true, \"messages\": [{\"role\": \"user\", \"content\": \"$1\"}]}"
