"""A bot for danmaku: DANMAKU_KEY=… python3 bot.py http://127.0.0.1:2333 live

It answers "!hello" and takes down what has a forbidden word in it. The key is that of a
moderator's link. Python 3.9, no packages.
"""
import json
import os
import sys
import time
import urllib.error
import urllib.request

SERVER, ROOM = sys.argv[1], sys.argv[2]
FORBIDDEN = ["pineapple"]


def call(method, path, body=None, headers={}):
    """Ask the server; the answer is open still."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": "Bearer " + os.environ["DANMAKU_KEY"], "Content-Type": "application/json", **headers}
    request = urllib.request.Request(f"{SERVER}/api/rooms/{ROOM}{path}", data, headers, method=method)
    return urllib.request.urlopen(request, timeout=30)


def heard(event):
    """Do what an event of the room asks for."""
    if event["type"] != "comment" or event.get("badge"):
        return  # what moderators, and so this bot, say is no order
    if any(word in event["text"].lower() for word in FORBIDDEN):
        call("POST", f"/comments/{event['id']}/remove").close()
    elif event["text"] == "!hello":
        call("POST", "/comments", {"text": f"Hello, {event.get('name', 'you')}!", "ref": "hello-" + event["id"]}).close()


last = ""  # id of the last event, where the stream goes on
while True:
    try:
        with call("GET", "/events", headers={"Last-Event-ID": last} if last else {}) as stream:
            print("listening", flush=True)
            for line in stream:
                field, _, value = line.decode().rstrip("\n").partition(": ")
                if field == "data":
                    heard(json.loads(value))
                elif field == "id":
                    last = value
    except urllib.error.HTTPError as error:
        if error.code in (401, 403, 404):
            sys.exit(f"{error.code}: {error.read().decode()}")
    except OSError:
        pass  # the server is away
    time.sleep(2)
