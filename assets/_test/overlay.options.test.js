import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULTS, readOptions } from '../overlay/options.js';

/** @param {string} query */
const read = (query) => readOptions(new URLSearchParams(query));
/** What differs from the defaults. @param {string} query */
const changed = (query) => Object.fromEntries(Object.entries(read(query)).filter(([k, v]) => v !== DEFAULTS[k]));

test('an address without options means the defaults', () => {
  assert.deepEqual(read('key=abc'), { ...DEFAULTS });
});

for (const [query, want] of [
  ['duration=12&area=0.4&region=top&lanes=8', { duration: 12, area: 0.4, region: 'top', lanes: 8 }],
  ['font=Noto+Serif+CJK+SC&size=28&weight=400&stroke=1.5&opacity=0.8', { font: 'Noto Serif CJK SC', size: 28, weight: 400, stroke: 1.5, opacity: 0.8 }],
  ['limit=40&motion=smooth&overlap=1&names=true&emoji=0&merge', { limit: 40, motion: 'smooth', overlap: true, names: true, emoji: false, merge: true }],
  ['theme=plate&chroma=00FF00&qr=idle&idle=30&demo=1&bench=1&debug=1&lang=ja', { theme: 'plate', chroma: '00ff00', qr: 'idle', idle: 30, demo: true, bench: true, debug: true, lang: 'ja' }],
  ['qr', { qr: '1' }], ['qr=true', { qr: '1' }], ['qr=1', { qr: '1' }], ['qr=0', {}], ['qr=maybe', {}],
  ['chroma=%2300ff00', { chroma: '00ff00' }], ['opacity=0', { opacity: 0 }], ['stroke=0', { stroke: 0 }], ['lanes=auto', {}],
]) {
  test(`?${query}`, () => assert.deepEqual(changed(query), want));
}

test('aliases of older tools, which an own name beats in any order', () => {
  assert.deepEqual(changed('speed=10'), { duration: 5 });
  assert.deepEqual(changed('maxTracks=12&fontSize=40'), { lanes: 12, size: 40 });
  assert.deepEqual(changed('speed=10&duration=7'), { duration: 7 });
  assert.deepEqual(changed('duration=7&speed=10'), { duration: 7 });
});

test('unknown names are ignored and bad values fall back to the default', () => {
  for (const query of [
    'nonsense=1&__proto__=1&constructor=2&toString=3', 'duration=0', 'duration=-3', 'duration=abc', 'duration=', 'duration=1e9', 'duration=Infinity', 'duration=NaN',
    'speed=', 'speed=15', 'speed=99', 'area=0', 'area=2', 'region=left', 'lanes=2.5', 'lanes=-1', 'lanes=9999', 'size=0', 'size=4000', 'weight=bold', 'weight=0',
    'stroke=-1', 'opacity=2', 'limit=0', 'limit=1e9', 'motion=fast', 'overlap=2', 'names=yes', 'theme=evil', 'chroma=red', 'chroma=12345', 'idle=0',
    'lang=%3Cscript%3E', 'lang=zh_CN', 'font=x%3B%7D*%7Bcolor:red', `font=${'x'.repeat(500)}`,
  ]) {
    assert.deepEqual(changed(query), {}, query);
  }
});

test('of equal names the first counts', () => {
  assert.deepEqual(changed('size=20&size=30'), { size: 20 });
});

test('a change over options leaves the others, and a bad one leaves all', () => {
  const base = read('size=20&merge=1');
  assert.deepEqual(readOptions(Object.entries({ duration: 5, merge: false }), base), { ...base, duration: 5, merge: false });
  assert.deepEqual(readOptions(Object.entries({ size: 'big' }), base), base);
});
