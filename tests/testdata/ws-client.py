"""A phone by another implementation of WebSockets (Python's websockets): the same steps as
ws-client.mjs, and a line of JSON for each. Run by TestOtherImplementations with the
address of a room's socket."""
import asyncio
import json
import sys

from websockets.exceptions import ConnectionClosed, InvalidStatusCode
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory
from websockets.legacy.client import connect

TEXT, BINARY, CONTINUATION = 0x1, 0x2, 0x0
address = sys.argv[1]


def out(step, value):
    print(json.dumps({"step": step, "value": value}), flush=True)


async def dial(extensions=(), protocol="danmaku.v1"):
    return await connect(
        address, subprotocols=[protocol], compression=None, extensions=list(extensions), ping_interval=None, max_size=None)


class Phone:
    def __init__(self, ws):
        self.ws, self.frames = ws, []

    async def next(self, kind):
        while True:
            for i, frame in enumerate(self.frames):
                if frame["type"] == kind:
                    return self.frames.pop(i)
            message = await self.ws.recv()
            self.frames.append({**json.loads(message), "binary": isinstance(message, bytes)})

    async def closed(self):
        try:
            while True:
                await self.ws.recv()
        except ConnectionClosed:
            return self.ws.close_code


async def in_parts(ws, data, size, kind=TEXT):
    """Sends a message in frames of size bytes, a ping behind each, and returns the pings."""
    pings = []
    for at in range(0, len(data), size):
        last = at + size >= len(data)
        await ws.write_frame(last, kind if at == 0 else CONTINUATION, data[at:at + size])
        if not last:
            pings.append(await ws.ping())
    return pings


async def ended(name, extensions, what, data, size):
    """Sends what the server does not take, and prints how it ends the connection."""
    other = Phone(await dial(extensions))
    await other.next("hello")
    try:
        await in_parts(other.ws, data, size)
    except ConnectionClosed:
        pass  # the server need not wait for the rest
    out(f"{name}: {what}", await other.closed())


async def main():
    endings = []
    for name, extensions in {
        "plain": [],
        "packed": [ClientPerMessageDeflateFactory()],
        "packed alone": [ClientPerMessageDeflateFactory(server_no_context_takeover=True)],
    }.items():
        phone = Phone(await dial(extensions))
        ws = phone.ws
        await phone.next("hello")
        out(f"{name}: agreed", [ws.subprotocol, ", ".join(e.name for e in ws.extensions)])
        pings = []
        for i in range(6):
            text = f"{name} 弹幕 number {'abcdef'[i]}"
            frame = json.dumps({"type": "send", "ref": f"{name.replace(' ', '-')}-{i}", "text": text}, ensure_ascii=False)
            if i % 2:
                await ws.send(frame)
            else:  # also in the middle of a letter
                pings += await in_parts(ws, frame.encode(), 23)
            ack, events = await phone.next("ack"), await phone.next("events")
            out(f"{name}: sent", [ack["outcome"], ack.get("comment", {}).get("text") == text, events["events"][0]["text"] == text, events["binary"]])
        await asyncio.gather(*pings)
        out(f"{name}: pongs", len(pings) > 0)
        await ws.send(b'{"type":"beat"}')
        out(f"{name}: binary", (await phone.next("error"))["code"])
        await in_parts(ws, b'{"type":"beat"}', 7, BINARY)
        out(f"{name}: binary in parts", (await phone.next("error"))["code"])
        await ws.send("")
        out(f"{name}: empty", (await phone.next("error"))["code"])
        await ws.close(1000)
        out(f"{name}: closed", ws.close_code)
        endings += [ended(name, extensions, "too big", b"x" * 5000, 1000), ended(name, extensions, "not UTF-8", b'"\xff\xfe"', 2)]
    await asyncio.gather(*endings)  # at once: each connection takes a second to close
    try:
        await dial(protocol="other.v1")
    except InvalidStatusCode as refusal:
        out("another protocol", refusal.status_code)


asyncio.run(main())
