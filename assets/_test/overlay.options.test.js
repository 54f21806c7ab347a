import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { DEFAULTS, OPTIONS, THEMES, THEME_OPTIONS, readOption, readOptions, writeOption } from '../shared/options.js';

const docs = (/** @type {string} */ name) => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');
const names = /** @type {(keyof typeof OPTIONS)[]} */ (Object.keys(OPTIONS));

/** @param {string} query */
const read = (query) => readOptions(new URLSearchParams(query));
/** The options that differ from the defaults. @param {string} query */
const changed = (query) => Object.fromEntries(Object.entries(read(query)).filter(([k, v]) => v !== DEFAULTS[k]));
const under = (/** @type {string} */ theme) => ({ ...THEME_OPTIONS[theme], theme });

test('an address without options means the defaults', () => {
  assert.deepEqual(read('key=abc'), { ...DEFAULTS });
});

for (const [query, want] of [
  ['duration=12&area=0.4&region=top&lanes=8', { duration: 12, area: 0.4, region: 'top', lanes: 8 }],
  ['font=Noto+Serif+CJK+SC&size=28&weight=400&stroke=1.5&opacity=0.8', { font: 'Noto Serif CJK SC', size: 28, weight: 400, stroke: 1.5, opacity: 0.8 }],
  ['limit=40&motion=smooth&overlap=1&names=true&emoji=0&merge', { limit: 40, motion: 'smooth', overlap: true, names: true, emoji: false, merge: true }],
  ['theme=plate&chroma=00FF00&qr=idle&idle=30&demo=1&bench=1&debug=1&lang=ja', { theme: 'plate', chroma: '00ff00', qr: 'idle', idle: 30, demo: true, bench: true, debug: true, lang: 'ja' }],
  ['theme=hall', under('hall')], ['theme=hall&size=36', { weight: 800, stroke: 3, theme: 'hall' }], ['size=36&weight=700&theme=hall', { weight: 700, stroke: 3, theme: 'hall' }],
  ['theme=hall&fontSize=36', { weight: 800, stroke: 3, theme: 'hall' }], ['theme=hall&size=bad', under('hall')], ['theme=paper&stroke=0', { ...under('paper'), stroke: 0 }], ['theme=classic', under('classic')], ['theme=classic&lift=1&stroke=0', { theme: 'classic', weight: 700, stroke: 0 }],
  ['stroke=2&weight=700&duration=9', { stroke: 2, weight: 700, duration: 9 }], ['stroke=auto&weight=auto&duration=auto&pace=auto', {}],
  ['questions=5', { questions: 5 }], ['questions=0', {}], ['questions=6', {}], ['questions=2.9', {}], ['questions=all', {}],
  ['qr', { qr: '1' }], ['qr=true', { qr: '1' }], ['qr=1', { qr: '1' }], ['qr=0', {}], ['qr=maybe', {}],
  ['chroma=%2300ff00', { chroma: '00ff00' }], ['opacity=0', { opacity: 0 }], ['stroke=0', { stroke: 0 }], ['lanes=auto', {}],
]) {
  test(`?${query}`, () => assert.deepEqual(changed(query), want));
}

test('aliases of older tools work, and our own name wins in any order', () => {
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

test('of repeated names the first counts', () => {
  assert.deepEqual(changed('size=20&size=30'), { size: 20 });
});

test('a change of options keeps the others, and a bad value keeps all', () => {
  const base = read('size=20&merge=1');
  assert.deepEqual(readOptions(Object.entries({ duration: 5, merge: false }), base), { ...base, duration: 5, merge: false });
  assert.deepEqual(readOptions(Object.entries({ size: 'big' }), base), base);
});

test('a change of the ready style changes only options that were not set', () => {
  const hall = readOptions(Object.entries({ theme: 'hall' }), read('size=20'));
  assert.deepEqual([hall.size, hall.weight], [20, 800]);
  const bare = readOptions(Object.entries({ theme: '' }), hall);
  assert.deepEqual([bare.size, bare.weight], [20, 0]);
  assert.deepEqual(readOptions(Object.entries({ theme: 'evil' }), hall), hall);
});

test('the table has the options of protocol.md and their defaults, and no others', () => {
  const section = docs('dev/protocol.md').split('## Overlay query\n')[1].split('\n\n')[0];
  /** @type {Map<string, string>} */
  const rows = new Map();
  for (const part of section.split('\n')) {
    const known = part.match(/^- `(\w+)`/);
    assert.ok(known, part);
    rows.set(known[1], part);
  }
  assert.deepEqual([...rows.keys()].sort(), [...names].sort());
  for (const [name, row] of rows) {
    const option = OPTIONS[/** @type {keyof typeof OPTIONS} */ (name)];
    const written = row.match(/\(([\w.]+)/)?.[1];
    if (written && written !== 'equal') assert.equal(readOption(/** @type {any} */ (name), written), option.value, row);
    // "0·1" and similar lists name all values.
    const values = row.match(/ ((?:[\w]+·)+\w+)/)?.[1].split('·');
    if (option.kind === 'flag') assert.deepEqual(values, ['0', '1'], row);
    if (option.kind === 'choice' && name !== 'theme') assert.deepEqual(values, option.values?.filter(Boolean), row);
  }
});

test('overlay.md lists every option with its default and its bounds', () => {
  const rows = [...docs('overlay.md').matchAll(/^\| `(\w+)` \| ([^|]+?) \| (.*) \|$/gm)];
  const rowOf = new Map(rows.filter((m) => Object.hasOwn(OPTIONS, m[1])).map((m) => [m[1], m]));
  assert.deepEqual([...rowOf.keys()].sort(), [...names].sort());
  for (const name of names) {
    const { kind, value, low, high, values } = OPTIONS[name];
    const [row, , standard, words] = /** @type {RegExpMatchArray} */ (rowOf.get(name));
    if (standard !== '–' && name !== 'lang') assert.equal(readOption(name, standard), value, row);
    if (standard === '–') assert.equal(value, '', row);
    if (low !== undefined) assert.match(words, new RegExp(`\\b${low} to ${high}\\b`), row);
    if (kind === 'choice' && name !== 'qr') for (const one of values ?? []) if (one) assert.ok(words.includes(`\`${one}\``), `${row}: ${one}`);
  }
});

test('every value reads back as it was written', () => {
  for (const name of names) {
    const { kind, value, low, high, values } = OPTIONS[name];
    const tries = { flag: [true, false], choice: values, number: [low, high], whole: [low, high], font: ['Noto Serif, Arial'], color: ['00ff7f'], lang: ['zh-TW'] }[kind];
    for (const one of [value, ...(tries ?? [])]) assert.equal(readOption(name, writeOption(name, one)), one, `${name}=${writeOption(name, one)}`);
  }
});

test('the ready styles set what themes.css sets', () => {
  const css = readFileSync(new URL('../overlay/themes.css', import.meta.url), 'utf8');
  const properties = { size: 'size', weight: 'weight', 'stroke-width': 'stroke', opacity: 'opacity' };
  for (const theme of THEMES.filter(Boolean)) {
    const rule = css.match(new RegExp(`:where\\(:root\\[data-theme="${theme}"\\]\\) \\{([^}]*)\\}`))?.[1] ?? '';
    const set = Object.fromEntries([...rule.matchAll(/--danmaku-([\w-]+): ([\d.]+)(?:px)?;/g)].map((m) => [properties[/** @type {keyof typeof properties} */ (m[1])], Number(m[2])]));
    const themed = Object.entries(THEME_OPTIONS[theme] ?? {}).filter(([name]) => Object.values(properties).includes(name));
    assert.deepEqual(set, Object.fromEntries(themed), theme);
  }
});
