import assert from 'node:assert/strict';
import test from 'node:test';
import { account, exportQuery, faultAt, field, length, moment, nameOf, readLines, sessionName } from '../console/tape.js';
import { format } from '../shared/i18n.js';

/** @type {import('../console/tape.js').Choice} */
const plain = { format: 'ass', statuses: ['shown'], from: 0, to: 0, zero: 'auto', zeroAt: NaN, early: '', bom: false };
const query = (/** @type {Partial<import('../console/tape.js').Choice>} */ change) => exportQuery({ ...plain, ...change }).toString();

test('an export asks for what differs from the default', () => {
  assert.equal(query({}), 'format=ass');
  assert.equal(query({ statuses: ['shown', 'removed'] }), 'format=ass&status=shown%2Cremoved');
  assert.equal(query({ statuses: ['held'] }), 'format=ass&status=held');
  assert.equal(query({ from: 5, to: 9 }), 'format=ass&from=5&to=9');
  assert.equal(query({ zero: 'first' }), 'format=ass&zero=first');
  assert.equal(query({ zero: 'time', zeroAt: 7, early: 'clamp' }), 'format=ass&zero=7&early=clamp');
  assert.equal(query({ bom: true }), 'format=ass');
  assert.equal(query({ format: 'csv', bom: true }), 'format=csv&bom=1');
});

test('what came before the beginning is left out or not, by format and wish', () => {
  const of = (/** @type {string} */ format, /** @type {any} */ early) => account({ ...plain, format, early }, 10, 3);
  for (const format of ['ass', 'bilibili-xml', 'niconico-xml']) assert.deepEqual(of(format, ''), { written: 7, left: 3 });
  for (const format of ['jsonl', 'csv']) assert.deepEqual(of(format, ''), { written: 10, left: 0 });
  for (const format of ['ass', 'csv']) {
    assert.deepEqual(of(format, 'drop'), { written: 7, left: 3 });
    assert.deepEqual(of(format, 'clamp'), { written: 10, left: 0 });
  }
});

test('lengths as a player shows them', () => {
  assert.deepEqual([0, 999, 61_000, 3_599_999, 3_600_000, 36_061_000, -5].map(length), ['0:00', '0:00', '1:01', '59:59', '1:00:00', '10:01:01', '0:00']);
});

test('a moment goes through the field of a form and back', () => {
  for (const at of [0, 1_700_000_000_000, Date.UTC(2026, 6, 1, 23, 59, 59)]) assert.equal(moment(field(at)), at);
  assert.ok(Number.isNaN(moment('')));
  assert.ok(Number.isNaN(moment('soon')));
});

test('the name that the server gives a file', () => {
  assert.equal(nameOf('attachment; filename=live-2026-11-21.xml', 'x'), 'live-2026-11-21.xml');
  assert.equal(nameOf('attachment; filename="a b.csv"', 'x'), 'a b.csv');
  assert.equal(nameOf(null, 'x'), 'x');
});

test('a session in three languages', () => {
  const at = new Date(2026, 10, 21, 20, 0).getTime();
  const t = (/** @type {string} */ _, /** @type {any} */ { day, from, to, n }) => [day, from, to, n].join('|');
  for (const [lang, want] of [['en', 'Nov 21, 2026|8:00 PM|8:05 PM|3'], ['ja', '2026/11/21|20:00|20:05|3']]) {
    assert.equal(sessionName(/** @type {any} */ ({ t, lang }), { from: at, to: at + 300_000, count: 3 }).replace(/\u202f/g, ' '), want);
  }
});

test('a fault of a file in the language of the page, with its place', () => {
  /** @type {Record<string, string>} */ const own = { tape_inside: '<{word}> {line}:{column}', tape_no_line: 'none: {why}', tape_p_fields: '{n} fields', replay_defect: 'L{line} {message}', replay_fault_at: 'L{line} C{column} {message}' };
  const words = /** @type {any} */ ({ has: (/** @type {string} */ key) => key in own, t: (/** @type {string} */ key, /** @type {any} */ params) => format(own[key], 'en', params) });
  const message = 'in English';
  for (const [fault, want] of /** @type {[any, string][]} */ ([
    [{ code: 'inside', message, line: 9, column: 1, word: '{line}', of_line: 8, of_column: 2 }, 'L9 C1 <{line}> 8:2'],
    [{ code: 'no_line', message, line: 1, column: 1, why: 'p_fields', n: 7 }, 'L1 C1 none: 7 fields'],
    [{ code: 'p_fields', message, line: 3, n: 7 }, 'L3 7 fields'],
    [{ code: 'under_way', message }, message],
    [{ code: 'of a newer server', message, line: 4 }, `L4 ${message}`],
  ])) assert.equal(faultAt(words, fault), want);
});

test('lines are counted over every cut, and a torn answer is no file', async () => {
  const text = 'one\ntwo\n\nfour\n', bytes = new TextEncoder().encode(text);
  for (let size = 1; size <= bytes.length; size++) {
    const body = new ReadableStream({ start(c) { for (let i = 0; i < bytes.length; i += size) c.enqueue(bytes.slice(i, i + size)); c.close(); } });
    /** @type {number[]} */ const seen = [];
    const blob = await readLines(new Response(body, { headers: { 'Content-Type': 'text/csv' } }), (n) => seen.push(n));
    assert.equal(await blob.text(), text);
    assert.equal(blob.type, 'text/csv');
    assert.equal(seen.at(-1), 4);
  }
  const torn = new ReadableStream({ pull(c) { c.error(new TypeError('network')); } });
  await assert.rejects(readLines(new Response(torn), () => {}));
});
