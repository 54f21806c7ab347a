// A phone by another implementation of WebSockets (npm ws): messages in parts, compressed
// or not, binary ones, and how a connection ends. It prints a line of JSON for each step.
// Run by TestOtherImplementations with the address of a room's socket.
import WebSocket from 'ws';

const [address] = process.argv.slice(2);
const out = (/** @type {string} */ step, /** @type {unknown} */ value) => console.log(JSON.stringify({ step, value }));

/** @param {object} [options] @param {string[]} [protocols] */
function dial(options = {}, protocols = ['danmaku.v1']) {
  const ws = new WebSocket(address, protocols, options);
  /** @type {any[]} */ const frames = [];
  /** @type {(() => void)[]} */ const waiting = [];
  ws.on('message', (data, binary) => {
    frames.push({ ...JSON.parse(String(data)), binary });
    waiting.splice(0).forEach((wake) => wake());
  });
  /** @param {string} type */
  const next = async (type) => {
    for (;;) {
      const i = frames.findIndex((f) => f.type === type);
      if (i >= 0) return frames.splice(i, 1)[0];
      await new Promise((resolve) => { waiting.push(() => resolve(undefined)); });
    }
  };
  const closed = new Promise((resolve) => { ws.on('close', (code) => resolve(code)); });
  const failed = new Promise((resolve) => { ws.on('unexpected-response', (_, response) => resolve(response.statusCode)); ws.on('error', () => {}); });
  return { ws, next, closed, failed };
}

/** @param {WebSocket} ws @param {Buffer} bytes @param {number} size @param {object} options */
function inParts(ws, bytes, size, options) {
  for (let at = 0; at < bytes.length; at += size) {
    const last = at + size >= bytes.length;
    ws.send(bytes.subarray(at, at + size), { binary: false, ...options, fin: last });
    if (!last) ws.ping('between');
  }
}

for (const [name, options] of /** @type {[string, object][]} */ ([
  ['plain', { perMessageDeflate: false }], ['packed', { perMessageDeflate: { threshold: 0 } }],
  ['packed alone', { perMessageDeflate: { threshold: 0, serverNoContextTakeover: true } }],
])) {
  const { ws, next, closed } = dial(options);
  let pongs = 0;
  ws.on('pong', (data) => { if (String(data) === 'between') pongs++; });
  await next('hello');
  out(`${name}: agreed`, [ws.protocol, ws.extensions]);
  for (let i = 0; i < 6; i++) {
    const text = `${name} 弹幕 number ${'abcdef'[i]}`;
    const frame = Buffer.from(JSON.stringify({ type: 'send', ref: `${name.replace(' ', '-')}-${i}`, text }));
    if (i % 2) ws.send(frame, { binary: false });
    else inParts(ws, frame, 23, {}); // also in the middle of a letter
    const ack = await next('ack');
    const events = await next('events');
    out(`${name}: sent`, [ack.outcome, ack.comment?.text === text, events.events[0].text === text, events.binary]);
  }
  out(`${name}: pongs`, pongs > 0);
  ws.send(Buffer.from('{"type":"beat"}'), { binary: true });
  out(`${name}: binary`, (await next('error')).code);
  ws.send(Buffer.from('{"type"'), { binary: true, fin: false });
  ws.send(Buffer.from(':"beat"}'), { binary: true, fin: true });
  out(`${name}: binary in parts`, (await next('error')).code);
  ws.send('', { binary: false });
  out(`${name}: empty`, (await next('error')).code);
  ws.close(1000);
  out(`${name}: closed`, await closed);
  for (const [what, bytes, size] of /** @type {[string, Buffer, number][]} */ ([
    ['too big', Buffer.alloc(5000, 'x'), 1000], ['not UTF-8', Buffer.from([0x22, 0xff, 0xfe, 0x22]), 2],
  ])) {
    const other = dial(options);
    await other.next('hello');
    inParts(other.ws, bytes, size, {});
    out(`${name}: ${what}`, await other.closed);
  }
}
out('another protocol', await dial({}, ['other.v1']).failed);
process.exit(0);
