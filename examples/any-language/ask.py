"""Asks a model over Python's standard library alone: python3 ask.py 'Why is the sea salty?'"""
import http.client
import json
import os
import sys
from urllib.parse import urlsplit

base = urlsplit(os.environ.get("OPENAI_BASE_URL", "https://api.openai.com/v1"))
is_plain = base.scheme == "http"
connect = http.client.HTTPConnection if is_plain else http.client.HTTPSConnection
connection = connect(base.netloc)
connection.request(
    "POST",
    base.path + "/chat/completions",
    json.dumps({"model": "gpt-4o-mini", "messages": [{"role": "user", "content": sys.argv[1]}]}),
    {"Authorization": "Bearer " + os.environ["OPENAI_API_KEY"], "Content-Type": "application/json"},
)
response = connection.getresponse()
answer = response.read().decode()
if response.status != 200:
    sys.exit(f"{response.status} {answer}")
print(json.loads(answer)["choices"][0]["message"]["content"])
