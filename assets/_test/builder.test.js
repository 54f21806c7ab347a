// The builder without its page: the values that it makes from the table of options.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { cssFaults } from '../builder/css.js';
import { KIND, MOST_CSS, VERSION, ofText, toFile } from '../builder/file.js';
import { brokenAt } from '../builder/json.js';
import { allTexts, changed, changedTexts, ofAddress, queryOf } from '../builder/link.js';
import { NAMES, beginning, completions } from '../builder/names.js';
import { GROUPS, LANGS, PLACE, SLIDES, inWords, toValue, seen } from '../builder/panel.js';
import { PRESETS, presetOf, withPreset } from '../builder/presets.js';
import { Style } from '../builder/style.js';
import { LANGUAGES } from '../shared/i18n.js';
import { DEFAULTS, LIST, OPTIONS, THEMES, defaultOf, readOption, readOptions } from '../shared/options.js';

const read = (/** @type {string} */ path) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const names = /** @type {(keyof typeof OPTIONS)[]} */ (Object.keys(OPTIONS));

/** A value of each option other than its default. @type {any} */
const OTHER = {
  duration: 12.5, pace: 300, wrap: 30, fixed: 5, apart: true, fade: true, area: 0.4, region: 'bottom', lanes: 8, font: 'Noto Serif, Arial', size: 44, weight: 400, stroke: 1.5, opacity: 0.8, limit: 40, motion: 'smooth',
  box: 'list', newest: 'top', place: 'left', stay: 30, avatars: true, overlap: true, names: true, sources: true, lift: false, emoji: false, reactions: false, questions: 3, merge: true, theme: 'plate', chroma: '00ff7f', qr: 'idle', idle: 30, demo: true, bench: true, debug: true, lang: 'zh-TW',
};

test('every option is on the panel once and has a name in every language', () => {
  assert.deepEqual(Object.values(GROUPS).flat().sort(), [...names].sort());
  assert.deepEqual(Object.keys(OTHER).sort(), [...names].sort());
  for (const lang of LANGUAGES) {
    const words = JSON.parse(read(`locales/builder.${lang}.json`));
    const has = (/** @type {string} */ key) => assert.ok(key in words, `${lang} ${key}`);
    for (const group of Object.keys(GROUPS)) has(`group_${group}`);
    for (const preset of Object.keys(PRESETS)) { has(`preset_${preset}`); has(`preset_${preset}_words`); }
    for (const name of names) {
      has(`opt_${name}`);
      for (const value of OPTIONS[name].values ?? []) has(`val_${name}_${value || 'none'}`);
      for (const value of [DEFAULTS[name], OTHER[name]]) {
        inWords(name, value, (key) => { has(key); return ''; });
      }
    }
    for (const one of LANGS) has(`val_lang_${one || 'none'}`);
    for (const { key } of NAMES) has(key);
    for (const slide of Object.values(SLIDES)) if (slide.unit) { has(`unit_${slide.unit}`); has(`amount_${slide.unit}`); }
  }
});

test('sliders stay within the bounds of their option and set the value that they show', () => {
  for (const name of names) {
    const slide = SLIDES[name];
    const numeric = ['number', 'whole'].includes(OPTIONS[name].kind);
    assert.equal(slide !== undefined, numeric, name);
    if (!slide) continue;
    for (let shown = slide.from; shown <= slide.to; shown += slide.step) {
      const text = OPTIONS[name].auto && shown === 0 && (OPTIONS[name].low ?? 0) > 0 ? OPTIONS[name].auto : String(toValue(name, shown));
      const value = readOption(name, text);
      assert.notEqual(value, undefined, `${name} ${shown}`);
      assert.equal(seen(name, value), shown, name);
    }
    const stands = slide.rest ?? seen(name, /** @type {number} */ (DEFAULTS[name]));
    assert.ok(stands >= slide.from && stands <= slide.to, name);
  }
});

test('an address contains only the changed options and reads back as the same options', () => {
  assert.equal(queryOf(DEFAULTS), '');
  assert.equal(queryOf({ ...DEFAULTS, size: 44, merge: true }), 'size=44&merge=1');
  for (const name of names) {
    const options = { ...(name === 'box' ? LIST : DEFAULTS), [name]: OTHER[name] };
    assert.deepEqual(changed(options), [name]);
    assert.deepEqual(readOptions(new URLSearchParams(queryOf(options))), options, queryOf(options));
    assert.deepEqual(readOptions(Object.entries(changedTexts(options))), options);
    // The preview receives all of them, so that one can return to its default, too.
    assert.deepEqual(readOptions(Object.entries(allTexts(DEFAULTS)), options), DEFAULTS, name);
  }
});

test('in a ready style an address can hold every value, including the default', () => {
  for (const theme of THEMES) {
    const style = new Style();
    style.set({ theme });
    assert.deepEqual(changedTexts(style.options), theme ? { theme } : {});
    assert.equal(style.options.size, defaultOf('size', theme));
    for (const name of /** @type {const} */ (['size', 'weight', 'stroke', 'opacity'])) {
      for (const value of [DEFAULTS[name], { size: 40, weight: 500, stroke: 2.5, opacity: 0.3 }[name]]) {
        const options = { ...style.options, [name]: value };
        assert.deepEqual(readOptions(new URLSearchParams(queryOf(options))), options, queryOf(options));
        assert.deepEqual(readOptions(Object.entries(allTexts(options)), style.options), options);
        assert.deepEqual(ofText(toFile({ options, css: '' })).look.options, options);
      }
    }
  }
  const style = new Style();
  style.set({ theme: 'hall' });
  style.set({ size: 36 });
  assert.equal(queryOf(style.options), 'size=36&theme=hall');
  style.set({ theme: 'quiet' }); // set values stay, the others follow
  assert.deepEqual([style.options.size, style.options.weight], [36, 600]);
  style.set({ theme: '' });
  assert.equal(queryOf(style.options), '');
});

test('the builder reads the address of an overlay and refuses other text', () => {
  assert.deepEqual(ofAddress(' http://192.168.1.2:2333/overlay/live?key=abc&fontSize=44&speed=9 '), { ...DEFAULTS, size: 44, duration: 6 });
  assert.deepEqual(ofAddress('https://x.example/screen/live?key=abc&color=000000&merge'), { ...DEFAULTS, merge: true });
  for (const bad of ['', 'overlay/live', 'http://x.example/', 'http://x.example/console/live', '{"size":1}']) assert.equal(ofAddress(bad), null, bad);
});

test('the builder recognizes presets, and a preset keeps the options of the place', () => {
  const here = { ...DEFAULTS, lang: 'ja', chroma: '00ff00', size: 80, merge: true };
  for (const name of Object.keys(PRESETS)) {
    const options = withPreset(name, here);
    assert.equal(presetOf(options), name);
    assert.equal(options.lang, 'ja');
    assert.equal(options.size, PRESETS[name].size ?? defaultOf('size', options.theme, options.box));
    for (const [option, value] of Object.entries(PRESETS[name])) {
      assert.notEqual(value, DEFAULTS[/** @type {keyof typeof OPTIONS} */ (option)], `${name} sets ${option} to what it is anyway`);
      assert.ok(!PLACE.includes(/** @type {any} */ (option)), `${name} sets ${option}`);
    }
    assert.deepEqual(readOptions(new URLSearchParams(queryOf(options))), options, name);
  }
  assert.equal(presetOf(DEFAULTS), '');
});

test('a file reads back as the options and CSS that were written', () => {
  const look = { options: { ...DEFAULTS, ...OTHER }, css: ':root { --danmaku-size: 44px }\n.dm::after { content: "“\\201D”" }\n' };
  assert.deepEqual(ofText(toFile(look)), { look, faults: [] });
  assert.deepEqual(ofText(`\uFEFF${toFile({ options: DEFAULTS, css: '' })}`), { look: { options: DEFAULTS, css: '' }, faults: [] });
  assert.deepEqual(ofText('http://127.0.0.1:2333/overlay/live?key=k&size=50').look, { options: { ...DEFAULTS, size: 50 } });
});

test('a faulty file reports every fault and changes nothing', () => {
  /** @param {any} more */
  const file = (more) => JSON.stringify({ kind: KIND, version: VERSION, ...more });
  for (const [text, want] of /** @type {[string, string[]][]} */ ([
    ['', ['import_empty']], ['   ', ['import_empty']], ['hello', ['import_no_json']], ['[]', ['import_other']], ['null', ['import_other']], ['"x"', ['import_other']],
    ['{}', ['import_other']], ['{"a":', ['import_no_json_at']], [JSON.stringify({ kind: 'something', version: 1 }), ['import_other']],
    [JSON.stringify({ kind: KIND, version: 2 }), ['import_newer']], [JSON.stringify({ kind: KIND }), ['import_newer']],
    [file({ options: [] }), ['import_options']], [file({ options: 'size' }), ['import_options']], [file({ options: null }), []],
    [file({ more: 1 }), ['import_unknown']], [file({ options: { siez: 44 } }), ['import_unknown']], [file({ options: { constructor: 1 } }), ['import_unknown']],
    ['{"kind":"danmaku overlay","version":1,"options":{"__proto__":{"size":1}}}', ['import_unknown']],
    [file({ options: { size: 4000, merge: 'yes', region: 'left', chroma: 'red', lang: 'zh_CN', font: 'a;b', qr: {} } }), Array(7).fill('import_value')],
    [file({ css: 5 }), ['import_css']], [file({ css: 'x'.repeat(MOST_CSS + 1) }), ['css_long']],
    [file({ options: { size: 1 }, css: [] }), ['import_value', 'import_css']],
    [file({ options: { size: '44', merge: 1, lanes: 0, qr: '1' } }), []],
  ])) {
    const { look, faults } = ofText(text);
    assert.deepEqual(faults.map(({ key }) => key), want, text.slice(0, 80));
    if (want.length > 0) assert.deepEqual(look, {});
  }
  const [fault] = ofText(file({ options: { size: 4000 } })).faults;
  assert.deepEqual(fault.params, { name: 'size', value: '4000', allowed: '8–400' });
  const [where] = ofText('{\n  "kind": "danmaku overlay",\n  oops\n}').faults;
  assert.deepEqual(where, { key: 'import_no_json_at', params: { line: 3, column: 3 } });
});

test('brokenAt returns the place of the first fault in JSON', () => {
  for (const good of ['1', ' [ ] ', '{}', '{"a":[1,-2.5e+3,true,null,"\\u00e9\\n"],"b":{}}\n', '"x"']) {
    JSON.parse(good);
    assert.equal(brokenAt(good), -1, good);
  }
  for (const [bad, at] of /** @type {[string, number][]} */ ([
    ['', 0], ['{', 1], ['{"a" 1}', 5], ['{"a":1,}', 7], ['[1 2]', 3], ['[1,]', 3], ['{"a":tru}', 5], ['{a:1}', 1], ['{"a":01}', 6], ['{} x', 3], ['"a\nb"', 0], ["{'a':1}", 1],
  ])) {
    assert.throws(() => JSON.parse(bad), bad);
    assert.equal(brokenAt(bad), at, bad);
  }
});

test('undo takes one step for each change, and one for a change of everything', () => {
  const style = new Style();
  let changes = 0;
  style.onChange(() => changes++);
  for (const size of [40, 41, 42]) style.set({ size }, 'size');
  style.set({ merge: true }, 'merge');
  style.set({ merge: true }, 'merge'); // changes nothing
  style.setCss('.dm {');
  style.setCss('.dm {}');
  style.replace({ options: DEFAULTS, css: '' });
  assert.equal(changes, 7);
  assert.ok(style.undo());
  assert.deepEqual([style.options.size, style.options.merge, style.css], [42, true, '.dm {}']);
  style.undo();
  assert.equal(style.css, '');
  style.undo();
  assert.deepEqual([style.options.size, style.options.merge], [42, false]);
  style.undo();
  assert.deepEqual(style.options, DEFAULTS);
  assert.equal(style.canUndo, false);
  assert.equal(style.undo(), false);
});

test('faults in CSS are reported with their line', () => {
  for (const [css, want] of /** @type {[string, string[]][]} */ ([
    ['', []], ['.dm { color: red }\n', []], ['.dm { content: "}" } /* { */', []], ['.dm { background: url(data:image/png;base64,//8=) }', []],
    ['.dm::after { content: "https://me.example" }', []], ['@media (min-width: 1px) {\n .dm {\n }\n}', []],
    ['.dm {\n color: red;', ['1 css_open']], ['.dm {}\n}', ['2 css_close']], ['/* a\nb\n.dm {}', ['1 css_comment']], ['/*/', ['1 css_comment']],
    ['.dm { content: "a }\n', ['1 css_open', '1 css_quote']], ['\n@import "x.css";', ['2 css_import']], ['.dm {\n background: url( "https://x.example/a.png" ) }', ['2 css_net']],
    ['/* one\ntwo */\n.dm { background: url(//x) }', ['3 css_net']],
  ])) assert.deepEqual(cssFaults(css).map(({ line, key }) => `${line} ${key}`).sort(), want, css);
});

test('the editor completes exactly the names in css.md', () => {
  const doc = readFileSync(new URL('../../docs/css.md', import.meta.url), 'utf8');
  const listed = new Set();
  for (const [, cell] of doc.matchAll(/^\| ((?:`[^`]+` ?)+) \|/gm)) {
    for (const [, name] of cell.matchAll(/`([^`]+)`/g)) listed.add(name.replace(/=.*$/, ''));
  }
  assert.deepEqual(NAMES.map(({ name }) => name).sort(), [...listed].sort());
});

test('the editor completes names while a user types', () => {
  const offered = (/** @type {string} */ before) => completions(beginning(before)).map(({ name }) => name);
  assert.deepEqual(offered('.dm { --danmaku-st'), ['--danmaku-stroke-color', '--danmaku-stroke-width']);
  assert.deepEqual(offered('.dm-te'), ['.dm-text']);
  assert.deepEqual(offered('.dm[data-b'), ['data-badge']);
  assert.equal(beginning('.dm[data-b'), '[data-b');
  assert.ok(offered('\n.dm').includes('.dm-pin'));
  for (const none of ['', '.', 'c', '.dm { color: red', 'x {']) assert.deepEqual(offered(none), [], none);
});
