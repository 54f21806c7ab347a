// The cloud of words on the second screen: its words, the people counted, removals,
// and positions.
import assert from 'node:assert/strict';
import test from 'node:test';
import { layOut, weightOf } from '../screen/cloud-layout.js';
import { MINUTES, RecentWords, ownSegmenter, plainWords, wordsOf } from '../screen/words.js';

const own = ownSegmenter();

test('words: are found in every script, without short words, URLs and mentions', () => {
  assert.ok(own, 'this Node has Intl.Segmenter');
  for (const [text, words] of [
    ['That BOSS is so hard', ['boss', 'hard']],
    ["I don't know, the boss’s dragon", ['bosss', 'dragon']],
    ['我觉得这个音乐真的好听', ['音乐', '好听']],
    ['ここの音楽がとても好きです', ['音楽', 'とても', '好き']],
    ['이 음악 진짜 좋다', ['음악', '좋다']],
    ['@Mika look https://example.com/mika www.a.b ＠美香 dragon', ['look', 'dragon']],
    ['hahaha 哈哈哈哈 666 888 lol wwww 草', ['hahaha', 'lol']],
    ['boss Boss BOSS ＢＯＳＳ', ['boss']], ['', []], ['👍👍', []], ['x'.repeat(25), []],
  ]) assert.deepEqual(wordsOf(text, own), words, text);
});

test('words: Chinese and Japanese are counted by pairs without a dictionary', () => {
  assert.deepEqual(plainWords("好听的歌, don't 音楽!"), ['好听', '听的', '的歌', "don't", '音楽']);
  assert.deepEqual(wordsOf('boss 音乐 666', null), ['boss', '音乐']);
});

/** @param {string} id @param {string} user @param {string} text @param {any} [more] */
const said = (id, user, text, more) => ({ id, user, text, name: '', ...more });
const top = (recent) => recent.top(9).map(({ word, people }) => `${word} ${people}`);

test('words: are counted by people, from two people on', () => {
  const recent = new RecentWords(own);
  recent.add(said('1', 'ann', 'dragon dragon'), 0);
  recent.add(said('2', 'ann', 'dragon again, secret'), 0);
  assert.deepEqual(top(recent), [], 'one person alone makes no topic');
  recent.add(said('3', 'bob', 'dragon boss'), 0);
  recent.add(said('3', 'bob', 'dragon boss'), 0);
  recent.add(said('4', 'cat', 'boss dragon'), 0);
  assert.deepEqual(top(recent), ['dragon 3', 'boss 2']);
});

test('words: of removed, cleared or old comments are dropped', () => {
  const recent = new RecentWords(own);
  const fill = () => ['ann', 'bob', 'cat'].forEach((user, i) => recent.add(said(user, user, 'dragon'), i * 1000));
  fill();
  recent.remove({ ids: ['ann'] });
  assert.deepEqual(top(recent), ['dragon 2']);
  recent.remove({ user: 'bob' });
  assert.deepEqual(top(recent), []);
  fill();
  recent.expire(MINUTES + 1);
  assert.deepEqual(top(recent), ['dragon 2']);
  recent.clear();
  assert.deepEqual(top(recent), []);
});

test('words: exclude names of people and of emotes', () => {
  const recent = new RecentWords(own);
  recent.add(said('1', 'ann', 'go mika Kappa', { emotes: [{ from: 8, to: 13 }] }), 0);
  recent.add(said('2', 'bob', 'mika Kappa boss', { emotes: [{ from: 5, to: 10 }] }), 0);
  recent.add(said('3', 'cat', 'boss', { name: 'Mika' }), 0);
  assert.deepEqual(top(recent), ['boss 2']);
});

test('cloud: words neither overlap nor leave the box, in many random clouds', () => {
  let seed = 1;
  const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
  let placed = 0, all = 0;
  for (let round = 0; round < 60; round++) {
    const area = { w: 600 + random() * 1300, h: 250 + random() * 800 };
    const boxes = Array.from({ length: 40 }, () => { const h = 30 + random() * 70; return { h, w: h * (1 + random() * 5), was: random() < 0.5 ? { x: random() * area.w, y: random() * area.h } : undefined }; });
    const places = layOut(boxes, area);
    places.forEach((p, i) => {
      all++;
      if (!p) return;
      placed++;
      const { w, h } = boxes[i];
      assert.ok(p.x >= w / 2 && p.y >= h / 2 && p.x + w / 2 <= area.w && p.y + h / 2 <= area.h, 'within');
      places.forEach((q, j) => {
        if (!q || i >= j) return;
        assert.ok(Math.abs(p.x - q.x) * 2 >= w + boxes[j].w || Math.abs(p.y - q.y) * 2 >= h + boxes[j].h, `${round}: ${i} over ${j}`);
      });
    });
  }
  assert.ok(placed > all / 3, `${placed} of ${all} found a place`);
  const [first] = layOut([{ w: 100, h: 20 }], { w: 500, h: 300 });
  assert.deepEqual(first, { x: 250, y: 150 }, 'the first stands in the middle');
  assert.deepEqual(layOut([{ w: 100, h: 20, was: { x: 60, y: 40 } }], { w: 500, h: 300 }), [{ x: 60, y: 40 }], 'what stood somewhere stays');
  assert.deepEqual(layOut([{ w: 600, h: 20 }], { w: 500, h: 300 }), [null]);
  const card = { x: 250, y: 150, w: 300, h: 200 };
  const [word] = layOut([{ w: 100, h: 20, was: { x: 250, y: 150 } }], { w: 500, h: 300 }, [card]);
  assert.ok(word && (Math.abs(word.y - 150) >= 110 || Math.abs(word.x - 250) >= 200), `beside what stands in front: ${JSON.stringify(word)}`);
  assert.deepEqual([weightOf(9, 9, 1), weightOf(1, 9, 1), weightOf(2, 2, 2)], [1, 0, 0.6]);
});
