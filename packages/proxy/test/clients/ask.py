"""Asks a question over http.client of Python's standard library, and prints status and body. Arguments: URL, body."""
import http.client
import sys
from urllib.parse import urlsplit

url, body = urlsplit(sys.argv[1]), sys.argv[2]
connection = http.client.HTTPConnection(url.hostname, url.port, timeout=60)
headers = {"Content-Type": "application/json", "Authorization": "Bearer a-key-of-the-test"}
connection.request("POST", url.path, body.encode(), headers)
response = connection.getresponse()
sys.stdout.write(f"{response.status}\n")
sys.stdout.flush()
sys.stdout.buffer.write(response.read())
