// No page needs more than its oldest browsers support. The test looks up in MDN's table every
// piece of syntax, every member of the language and the browser that scripts use, and every
// property, value, selector and at-rule of the stylesheets.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { AUDIENCE_LANGUAGES, LANGUAGES } from '../shared/i18n.js';
import { CLASSIC, FLOORS, filesOf } from './floor/pages.js';

const assets = fileURLToPath(new URL('../', import.meta.url));

/** Features that the oldest browsers may lack, and why nothing is lost. A key that ends with * covers all that begin so. */
const SPARED = {
  'css/properties/overscroll-behavior*': 'pulling at the end of a list moves the page a little',
  'css/properties/overflow-anchor*': 'Safari: scroll.js keeps the place itself',
  'css/properties/scrollbar-width*': 'the bar is taken away by -webkit-scrollbar, too',
  'css/properties/resize*': 'phones have no corner to pull a field by',
  'css/properties/cursor/*': 'phones have no pointer',
  'css/properties/text-size-adjust': 'for phones that enlarge letters on their own; Firefox does not',
  'css/properties/text-wrap*': 'lines break as they come, at times with one letter in the last',
  'css/properties/word-break/auto-phrase': 'a line of Japanese may end inside a word, as in all browsers before it',
  'css/properties/print-color-adjust*': '-webkit-print-color-adjust stands beside it',
  'css/at-rules/media/scripting': 'a control without use is seen without scripts',
  'css/at-rules/page': 'Safari prints with its own margins',
  'css/selectors/dir': 'no language of the builder runs from the right',
  'css/selectors/has': 'the rule behind it, or the one before, does without',
};

/** @type {any} */ let tools = null;
try {
  const [compat, scripts, styles] = await Promise.all([import('./floor/compat.js'), import('./floor/scripts.js'), import('./floor/styles.js')]);
  tools = { ...compat, read: scripts.read, inScript: scripts.uses, inStyle: styles.uses };
} catch (fault) {
  if (process.env.CI === 'true' || /** @type {any} */ (fault).code !== 'ERR_MODULE_NOT_FOUND' && /** @type {any} */ (fault).code !== 'MODULE_NOT_FOUND') throw fault;
}
const skip = tools ? false : 'npm ci has not run';

const folder = mkdtempSync(join(tmpdir(), 'floor-'));
after(() => rmSync(folder, { recursive: true }));

/** Features that the scan of a text must find. */
const SCRIPTS = {
  'javascript/builtins/Array/at': 'export const a = (/** @type {number[]} */ list) => list.at(-1);',
  'javascript/builtins/String/at': 'export const b = "x".at(0);',
  'javascript/builtins/Array/toSorted': 'const { toSorted } = [1]; export { toSorted };',
  'javascript/builtins/Object/hasOwn': 'export const c = Object.hasOwn({}, "a");',
  'javascript/builtins/Promise/withResolvers': 'export const d = Promise.withResolvers();',
  'javascript/builtins/Set/union': 'export const e = new Set([1]).union(new Set([2]));',
  'javascript/builtins/Intl/Segmenter': 'export const f = new Intl.Segmenter();',
  'api/structuredClone': 'export const g = structuredClone({});',
  'api/Element/checkVisibility': 'export const h = document.body.checkVisibility();',
  'api/URL/canParse_static': 'export const i = URL.canParse("x");',
  'api/AbortSignal/any_static': 'export const j = AbortSignal.any([]);',
  'api/Element/scrollend_event': 'document.body.addEventListener("scrollend", () => {});',
  'api/ToggleEvent': 'export const k = new ToggleEvent("x");',
  'javascript/classes/static/initialization_blocks': 'export class L { static { L.x = 1; } static x = 0; }',
  'javascript/classes/private_class_fields_in': 'export class M { #x = 1; static is(o) { return #x in o; } }',
  'javascript/regular_expressions/lookbehind_assertion': 'export const n = /(?<=a)b/u;',
  'javascript/builtins/RegExp/unicodeSets': 'export const o = /[a--b]/v;',
  'javascript/operators/await/top_level': 'await 1; export {};',
  'javascript/operators/optional_chaining': 'export const p = globalThis?.x;',
  'javascript/statements/try_catch/optional_catch_binding': 'try { 1; } catch { 2; }',
};
const names = Object.keys(SCRIPTS);
const samples = names.map((_, i) => join(folder, `${i}.js`));
names.forEach((name, i) => writeFileSync(samples[i], SCRIPTS[/** @type {keyof typeof SCRIPTS} */ (name)]));
writeFileSync(join(folder, 'asks.js'), "if (typeof structuredClone === 'function') structuredClone(1); if ('Segmenter' in Intl) new Intl.Segmenter(); document.body.checkVisibility?.();");
writeFileSync(join(folder, 'own.js'), 'export const o = { at: (n) => n }; o.at(1);');

const pages = Object.fromEntries(Object.keys(FLOORS).map((page) => [page, filesOf(assets, page)]));
const all = [...new Set(Object.values(pages).flatMap((p) => [...p.modules, ...p.classic]))].map((name) => join(assets, name));
const program = tools?.read([...all, ...samples, join(folder, 'asks.js'), join(folder, 'own.js')]);

test('every module and stylesheet belongs to a page', () => {
  const known = new Set(Object.values(pages).flatMap((p) => [...p.modules, ...p.classic, ...p.styles]));
  for (const page of ['shared', ...Object.keys(FLOORS)]) {
    for (const name of readdirSync(join(assets, page))) if (/\.(js|css)$/.test(name)) assert.ok(known.has(`${page}/${name}`), `${page}/${name} is on no page`);
  }
});

/** The features that each file uses, cached for all pages. @type {Record<string, any[]>} */ const seen = {};
const inScript = (/** @type {string} */ name) => (seen[name] ??= tools.inScript(program, join(assets, name)));
const inStyle = (/** @type {string} */ name) => (seen[name] ??= tools.inStyle(join(assets, name)));

/** @type {Set<string>} */ const needed = new Set();

/** @param {Array<{feature: string, file: string, line: number}>} uses @param {Record<string, string>} floor */
function tooNew(uses, floor) {
  return uses.flatMap(({ feature, file, line }) => {
    const lacks = tools.missing(feature, floor);
    if (lacks.length === 0) return [];
    const spared = Object.keys(SPARED).find((key) => (key.endsWith('*') ? feature.startsWith(key.slice(0, -1)) : feature === key));
    if (spared && feature.startsWith('css/')) {
      needed.add(spared);
      return [];
    }
    return [`${file.replace(assets, '')}:${line}: ${feature} (${lacks.join(', ')})`];
  });
}

for (const [page, floor] of Object.entries(FLOORS)) {
  test(`${page} asks for nothing newer than its floor`, { skip }, () => {
    const { modules, classic, styles } = pages[page];
    assert.ok(modules.length > 0 && styles.length > 0);
    const found = [
      ...tooNew(modules.flatMap(inScript), floor),
      ...tooNew(classic.flatMap(inScript), CLASSIC),
      ...tooNew(styles.flatMap(inStyle), floor),
    ];
    assert.deepEqual(found, []);
  });
}

test('every exemption is used by a page', { skip }, () => {
  assert.deepEqual(Object.keys(SPARED).filter((key) => !needed.has(key)), []);
});

test('the check finds the features that scripts use', { skip }, () => {
  names.forEach((name, i) => {
    const seen = tools.inScript(program, samples[i]).map((/** @type {any} */ use) => use.feature);
    assert.ok(seen.includes(name), `${name} is not in ${seen.join(', ')}`);
  });
  const asks = tools.inScript(program, join(folder, 'asks.js')).map((/** @type {any} */ use) => use.feature);
  for (const name of ['api/structuredClone', 'javascript/builtins/Intl/Segmenter', 'api/Element/checkVisibility']) assert.ok(!asks.includes(name), `${name} was asked for`);
  const own = tools.inScript(program, join(folder, 'own.js')).map((/** @type {any} */ use) => use.feature);
  assert.ok(!own.some((/** @type {string} */ name) => name.endsWith('/at')), own.join());
});

test('the check finds the features that stylesheets use', { skip }, () => {
  const sees = (/** @type {string} */ css) => tooNew(tools.inStyle('x.css', css), { chrome: '90' }).map((line) => line.split(' ')[1]);
  for (const [css, feature] of Object.entries({
    'a { height: 100dvh }': 'css/types/length/viewport_percentage_units_dynamic',
    'a { color: color-mix(in srgb, red, blue) }': 'css/types/color/color-mix',
    'a { & b { color: red } }': 'css/selectors/nesting',
    '@container (width > 1px) { a { color: red } }': 'css/at-rules/container',
    '@media (width > 600px) { a { color: red } }': 'css/at-rules/media/range_syntax',
    'a { rotate: 3deg }': 'css/properties/rotate', 'a { accent-color: red }': 'css/properties/accent-color',
    'a:user-invalid { color: red }': 'css/selectors/user-invalid', 'a { width: 1cqw }': 'css/types/length/container_query_length_units',
    'a { display: flex; content-visibility: auto; inset-area: top; field-sizing: content }': 'css/properties/field-sizing',
    '@layer x { a { color: red } }': 'css/at-rules/layer',
  })) assert.ok(sees(css).includes(feature), `${css}: ${sees(css).join()}`);
  for (const css of ['a { height: 100vh; height: 100dvh }', '@supports (height: 1dvh) { a { height: 1dvh } }', 'a { --x: 1dvh }']) assert.deepEqual(sees(css), [], css);
});

test('versions are compared part by part', { skip }, () => {
  assert.deepEqual(tools.missing('javascript/builtins/Array/at', { chrome: '90', safari: '15.4', firefox: '115' }), ['chrome 92']);
  assert.deepEqual(tools.missing('javascript/builtins/Array/at', { chrome: '103', safari: '15.3' }), ['safari 15.4']);
  assert.deepEqual(tools.missing('no/such/thing', { chrome: '1' }), []);
});

test('documents and messages name the oldest supported browsers', () => {
  const read = (/** @type {string} */ name) => readFileSync(join(assets, name), 'utf8');
  const { chrome, safari, firefox } = FLOORS.audience, consoleFloor = FLOORS.console;
  for (const name of ['../docs/dev/browsers.md', '../docs/install.md']) {
    for (const words of [`Chrome ${chrome}`, `Safari ${safari}`, `Firefox ${firefox}`, `Chrome ${consoleFloor.chrome}`, `Safari ${consoleFloor.safari}`, `Chromium ${FLOORS.overlay.chrome}`]) assert.ok(read(name).includes(words), `${name}: ${words}`);
  }
  for (const lang of AUDIENCE_LANGUAGES) {
    const rest = LANGUAGES.includes(lang) ? { console: consoleFloor, builder: FLOORS.builder, welcome: FLOORS.welcome } : {};
    for (const [page, floor] of Object.entries({ audience: FLOORS.audience, venue: FLOORS.screen, ...rest })) {
      const said = JSON.parse(read(`locales/${page}.${lang}.json`)).too_old;
      for (const words of [`Chrome ${floor.chrome}`, `Safari ${floor.safari}`, `Firefox ${floor.firefox}`]) assert.ok(said.includes(words), `${page}.${lang}: ${words}`);
    }
  }
});
