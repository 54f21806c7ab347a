import assert from 'node:assert/strict';
import test from 'node:test';
import { aboutFile, account, exportQuery, faultAt, field, inOrder, length, moment, nameOf, readFile, sessionName } from '../console/export-params.js';
import { format } from '../shared/i18n.js';

/** @type {import('../console/export-params.js').Choice} */
const plain = { format: { name: 'ass', timed: true, marked: true }, statuses: ['shown'], from: 0, to: 0, zero: 'auto', zeroAt: NaN, early: '', bom: false };
const query = (/** @type {Partial<import('../console/export-params.js').Choice>} */ change) => exportQuery({ ...plain, ...change }).toString();

test('an export sends only parameters that differ from the default', () => {
  assert.equal(query({}), 'format=ass');
  assert.equal(query({ statuses: ['shown', 'removed'] }), 'format=ass&status=shown%2Cremoved');
  assert.equal(query({ statuses: ['held'] }), 'format=ass&status=held');
  assert.equal(query({ from: 5, to: 9 }), 'format=ass&from=5&to=9');
  assert.equal(query({ zero: 'first' }), 'format=ass&zero=first');
  assert.equal(query({ zero: 'time', zeroAt: 7, early: 'clamp' }), 'format=ass&zero=7&early=clamp');
  assert.equal(query({ format: { name: 'xml', timed: true, marked: false }, bom: true }), 'format=xml');
  assert.equal(query({ format: { name: 'csv', timed: false, marked: true }, bom: true }), 'format=csv&bom=1');
});

test('comments before the beginning are dropped or kept by format and by choice', () => {
  for (const timed of [true, false]) {
    const of = (/** @type {any} */ early) => account({ ...plain, format: { ...plain.format, timed }, early }, 10, 3);
    assert.deepEqual(of(''), timed ? { written: 7, left: 3 } : { written: 10, left: 0 });
    assert.deepEqual(of('drop'), { written: 7, left: 3 });
    assert.deepEqual(of('clamp'), { written: 10, left: 0 });
  }
});

test('durations are formatted as in a player', () => {
  assert.deepEqual([0, 999, 61_000, 3_599_999, 3_600_000, 36_061_000, -5].map(length), ['0:00', '0:00', '1:01', '59:59', '1:00:00', '10:01:01', '0:00']);
});

test('a moment survives a form field', () => {
  for (const at of [0, 1_700_000_000_000, Date.UTC(2026, 6, 1, 23, 59, 59)]) assert.equal(moment(field(at)), at);
  assert.ok(Number.isNaN(moment('')));
  assert.ok(Number.isNaN(moment('soon')));
});

test('the file name comes from the server\'s header', () => {
  assert.equal(nameOf('attachment; filename=live-2026-11-21.xml', 'x'), 'live-2026-11-21.xml');
  assert.equal(nameOf('attachment; filename="a b.csv"', 'x'), 'a b.csv');
  assert.equal(nameOf(null, 'x'), 'x');
});

test('the name of a session in each language', () => {
  const at = new Date(2026, 10, 21, 20, 0).getTime();
  const t = (/** @type {string} */ _, /** @type {any} */ { day, from, to, n }) => [day, from, to, n].join('|');
  for (const [lang, want] of [['en', 'Nov 21, 2026|20:00|20:05|3'], ['ja', '2026/11/21|20:00|20:05|3']]) {
    assert.equal(sessionName(/** @type {any} */ ({ t, lang }), { from: at, to: at + 300_000, count: 3 }).replace(/\u202f/g, ' '), want);
  }
});

test('a fault of a file is in the language of the page and names its place', () => {
  /** @type {Record<string, string>} */ const own = { tape_inside: '<{word}> {line}:{column}', tape_repaired: '{n}: {why}', tape_time: 'no time {word}', replay_defect: 'L{line} {message}', replay_fault_at: 'L{line} C{column} {message}' };
  const words = /** @type {any} */ ({ has: (/** @type {string} */ key) => key in own, t: (/** @type {string} */ key, /** @type {any} */ params) => format(own[key], 'en', params) });
  const message = 'in English';
  for (const [fault, want] of /** @type {[any, string][]} */ ([
    [{ code: 'inside', message, line: 9, column: 1, word: '{line}', of_line: 8, of_column: 2 }, 'L9 C1 <{line}> 8:2'],
    [{ code: 'repaired', message, line: 1, column: 1, why: 'inside', n: 7, word: 'd', of_line: 3, of_column: 4 }, 'L1 C1 7: <d> 3:4'],
    [{ code: 'time', message, line: 3, word: 'soon' }, 'L3 no time soon'],
    [{ code: 'under_way', message }, message],
    [{ code: 'of a newer server', message, line: 4 }, `L4 ${message}`],
  ])) assert.equal(faultAt(words, fault), want);
});

test('notes and defects of an answer about a file', () => {
  const fault = { code: 'inside', message: '', line: 9 }, defect = { code: 'no_end', message: '', line: 8 }, note = { code: 'gifts', message: '', n: 2 };
  assert.deepEqual(aboutFile({}), []);
  assert.deepEqual(aboutFile({ defects: [defect], notes: [note] }), [note, defect]);
  assert.deepEqual(aboutFile({ fault, defects: [{ ...fault }, { ...fault, line: 10 }] }), [{ ...fault, line: 10 }]);
});

test('a download reports its progress, and an incomplete one fails', async () => {
  const text = 'one\ntwo\n\nfour\n', bytes = new TextEncoder().encode(text);
  const headers = { 'Content-Type': 'text/csv', 'Content-Length': String(bytes.length) };
  for (let size = 1; size <= bytes.length; size++) {
    const body = new ReadableStream({ start(c) { for (let i = 0; i < bytes.length; i += size) c.enqueue(bytes.slice(i, i + size)); c.close(); } });
    /** @type {number[]} */ const seen = [];
    const blob = await readFile(new Response(body, { headers }), (part) => seen.push(part));
    assert.equal(await blob.text(), text);
    assert.equal(blob.type, 'text/csv');
    assert.deepEqual(seen, seen.map((_, i) => Math.min(1, (i + 1) * size / bytes.length)));
    assert.equal(seen.at(-1), 1);
  }
  const torn = new ReadableStream({ pull(c) { c.error(new TypeError('network')); } });
  await assert.rejects(readFile(new Response(torn), () => {}));
});

test('the formats start with the usual one of the language', () => {
  const formats = /** @type {import('../console/export-params.js').Format[]} */ (['bilibili-xml', 'ass', 'niconico-xml', 'srt', 'vtt', 'jsonl', 'csv'].map((name) => ({ name })));
  const names = (/** @type {string} */ lang) => inOrder(formats, lang).map(({ name }) => name).join(' ');
  assert.equal(names('en'), 'srt ass csv bilibili-xml niconico-xml vtt jsonl');
  assert.equal(names('zh-CN'), 'bilibili-xml ass srt niconico-xml vtt jsonl csv');
  assert.equal(names('ja'), 'niconico-xml ass srt bilibili-xml vtt jsonl csv');
});
