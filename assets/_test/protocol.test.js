import assert from 'node:assert/strict';
import test from 'node:test';
import { graphemes, lengthOf, parseFrame, parsePosition, socketUrl, withDefaults } from '../shared/protocol.js';

test('the socket address follows the page', () => {
  const url = new URL(socketUrl({ protocol: 'https:', host: 'x.example' }, '房', 'audience', '', 'e:5', 't+/'));
  assert.equal(url.protocol, 'wss:');
  assert.equal(url.host, 'x.example');
  assert.equal(decodeURIComponent(url.pathname), '/api/rooms/房/socket');
  assert.deepEqual(Object.fromEntries(url.searchParams), { role: 'audience', brief: '1', since: 'e:5', token: 't+/' });
  assert.equal(new URL(socketUrl({ protocol: 'http:', host: '[::1]:2333' }, 'live', 'overlay')).protocol, 'ws:');
});

test('omitted fields get defaults, sent ones are kept', () => {
  const bare = withDefaults({ id: 'a', at: 1, text: 'x' });
  assert.deepEqual(bare, { id: 'a', at: 1, text: 'x', mode: 'scroll', color: '#ffffff', size: 'medium', name: '', user: '', badge: '', source: 'audience' });
  assert.equal(withDefaults({ mode: 'top', badge: 'owner' }).mode, 'top');
});

test('only objects with a type are frames', () => {
  for (const text of ['', '{', 'null', '3', '[]', '{}', '{"type":1}', undefined, new ArrayBuffer(2)]) assert.equal(parseFrame(text), null);
  assert.deepEqual(parseFrame('{"type":"beat"}'), { type: 'beat' });
});

test('positions are parsed', () => {
  assert.deepEqual(parsePosition('k3f9:42'), { epoch: 'k3f9', seq: 42 });
  for (const bad of ['', ':1', 'e:', 'e:-1', 'e:1.5', 'e:1e3', 'e: 1', 'e', 5, null, `e:${'9'.repeat(30)}`]) assert.equal(parsePosition(bad), null, String(bad));
});

test('graphemes are counted as a person does', () => {
  for (const [text, count] of /** @type {[string, number][]} */ ([
    ['', 0], ['abc', 3], ['弹幕', 2], ['e\u0301', 1], ['👨‍👩‍👧‍👦', 1], ['🇫🇷🇯🇵', 2], ['👍🏽', 1], ['🏴󠁧󠁢󠁳󠁣󠁴󠁿', 1], ['\r\n', 1],
  ])) assert.equal(graphemes(text).length, count, JSON.stringify(text));
  assert.equal(graphemes('a👍🏽é').join(''), 'a👍🏽é');
});

test('the length counts the cleaned text', () => {
  assert.equal(lengthOf('  a \n\t b  '), 3);
  assert.equal(lengthOf('e\u0301'), 1);
});
