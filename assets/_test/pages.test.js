// Rules for every page file, read as text.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import test from 'node:test';

const assets = new URL('../', import.meta.url);
const folders = ['shared', 'audience', 'console', 'poster', 'screen', 'welcome', 'builder'];
const files = folders.flatMap((f) => readdirSync(new URL(`${f}/`, assets)).map((name) => `${f}/${name}`));
const read = (/** @type {string} */ path) => readFileSync(new URL(path, assets), 'utf8');

test('every clock has 24 hours', () => {
  for (const f of files.filter((name) => name.endsWith('.js'))) {
    for (const line of read(f).split('\n')) {
      if (/timeStyle|hour: '/.test(line)) assert.match(line, /hourCycle: 'h23'/, `${f}: ${line.trim()}`);
    }
  }
});

test('no module parses HTML or sets style attributes', () => {
  const modules = files.filter((f) => f.endsWith('.js'));
  assert.ok(modules.length > 15);
  for (const file of modules) {
    assert.doesNotMatch(read(file), /innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|createContextualFragment|setAttribute\(['"]style|\beval\(|new Function/, file);
  }
});

test('no page carries inline scripts, styles or handlers, and no foreign address', () => {
  const pages = files.filter((f) => f.endsWith('.html'));
  assert.ok(pages.length >= 3);
  for (const file of pages) {
    // Content that the server puts into a page has its hash in the policy, see server/bundle.go.
    const text = read(file).replace('<style>{{.Inline.Style}}</style>', '').replace('<script>{{.Inline.Script}}</script>', '');
    assert.doesNotMatch(text, /<style|\sstyle=|\son\w+=|javascript:|https?:\/\//i, file);
    for (const script of text.match(/<script\b[^>]*>(?!<\/script>)/g) ?? []) assert.fail(`${file}: ${script}`);
  }
});

test('every icon named in code exists, and every icon has its own name', () => {
  const drawn = [...read('shared/icons.svg').matchAll(/<symbol id="(\w+)"/g)].map((m) => m[1]);
  assert.equal(new Set(drawn).size, drawn.length);
  const wanted = new Set();
  for (const file of files.filter((f) => /\.(js|html)$/.test(f))) {
    for (const m of read(file).matchAll(/\bicon\('(\w+)'\)|icons\.svg#(\w+)|\bicon: '(\w+)'/g)) wanted.add(m[1] ?? m[2] ?? m[3]);
  }
  assert.ok(wanted.size > 15);
  for (const name of wanted) assert.ok(drawn.includes(name), name);
});

test('the light colours are the same by switch and by system setting', () => {
  const css = read('shared/tokens.css');
  const blocks = [...css.matchAll(/color-scheme: light;([^}]*)\}/g)].map((m) => m[1].replace(/\s+/g, ' ').trim());
  assert.equal(blocks.length, 2);
  assert.equal(blocks[0], blocks[1]);
});

test('text and fills have the contrast that the design promises', () => {
  const css = read('shared/tokens.css');
  const light = css.indexOf(':root[data-theme="light"]');
  const tokens = (/** @type {string} */ block) => Object.fromEntries([...block.matchAll(/--([\w-]+): (#[0-9A-F]{6})\b/gi)].map((m) => [m[1], m[2]]));
  const dark = tokens(css.slice(0, light));
  const themes = [dark, { ...dark, ...tokens(css.slice(light, css.indexOf('@media', light))) }];
  const luminance = (/** @type {string} */ hex) => {
    const [r, g, b] = [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16) / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (/** @type {string} */ a, /** @type {string} */ b) => {
    const [hi, lo] = [luminance(a), luminance(b)].sort((x, y) => y - x);
    return (hi + 0.05) / (lo + 0.05);
  };
  for (const t of themes) {
    for (const ground of ['bg', 'surface', 'raised']) {
      assert.ok(ratio(t.text, t[ground]) >= 13, `text on ${ground}`);
      assert.ok(ratio(t['text-2'], t[ground]) >= 6, `text-2 on ${ground}`);
      assert.ok(ratio(t.edge, t[ground]) >= 3, `edge on ${ground}`);
      assert.ok(ratio(t.focus, t[ground]) >= 3, `focus on ${ground}`);
    }
    assert.ok(ratio(t['on-accent'], t.accent) >= 7);
    for (const tone of ['held', 'stop', 'warn']) assert.ok(ratio(t[tone], t[`${tone}-soft`]) >= 4.5, tone);
    assert.ok(ratio(t['accent-text'], t['accent-soft']) >= 4.5);
    for (const soft of ['accent-soft', 'held-soft', 'stop-soft', 'warn-soft']) assert.ok(ratio(t['text-2'], t[soft]) >= 4.5, soft);
  }
});

test('controls are drawn for the theme of the box in which they stand', () => {
  // A box with another colour scheme than the page needs colours of its own; see screen/card.css.
  const wrong = files.filter((name) => name.endsWith('.css') && name !== 'shared/tokens.css').flatMap((name) => [...read(name).matchAll(/([^{}]*)\{([^{}]*color-scheme: (?:light|dark)[^{}]*)\}/g)]
    .filter(([, selector, rule]) => !selector.trim().endsWith(':root') && !/background: #/.test(rule)).map(([, selector]) => `${name}: ${selector.trim()}`));
  assert.deepEqual(wrong, []);
});
