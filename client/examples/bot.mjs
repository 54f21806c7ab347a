// A bot for danmaku: DANMAKU_KEY=… node bot.mjs http://127.0.0.1:2333 live
//
// It answers "!hello" and takes down what has a forbidden word in it. The key is that of a
// moderator's link. Node 18, no packages.
const [server, room] = process.argv.slice(2);
const forbidden = ['pineapple'];

/** Asks the server. */
async function call(method, path, body, headers = {}) {
  const answer = await fetch(`${server}/api/rooms/${room}${path}`, {
    method, body: body && JSON.stringify(body),
    headers: { Authorization: `Bearer ${process.env.DANMAKU_KEY}`, 'Content-Type': 'application/json', ...headers },
  });
  if ([401, 403].includes(answer.status)) throw new Error(await answer.text());
  return answer;
}

/** Does what an event of the room asks for. */
async function heard(event) {
  if (event.type !== 'comment' || event.badge) return; // what moderators, and so this bot, say is no order
  if (forbidden.some((word) => event.text.toLowerCase().includes(word))) await call('POST', `/comments/${event.id}/remove`);
  else if (event.text === '!hello') await call('POST', '/comments', { text: `Hello, ${event.name ?? 'you'}!`, ref: `hello-${event.id}` });
}

let last = ''; // id of the last event, where the stream goes on
for (;;) {
  try {
    const { body } = await call('GET', '/events', undefined, last ? { 'Last-Event-ID': last } : {});
    console.log('listening');
    let rest = '';
    for await (const piece of body.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + piece).split('\n');
      rest = lines.pop();
      for (const line of lines) {
        if (line.startsWith('data: ')) await heard(JSON.parse(line.slice(6)));
        else if (line.startsWith('id: ')) last = line.slice(4);
      }
    }
  } catch (fault) {
    if (!(fault instanceof TypeError)) throw fault; // a TypeError of fetch: the server is away
  }
  await new Promise((done) => setTimeout(done, 2000));
}
