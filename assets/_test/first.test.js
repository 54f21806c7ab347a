// shared/first.js in a page whose files arrive, fail or hang.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import vm from 'node:vm';

const code = readFileSync(new URL('../shared/first.js', import.meta.url), 'utf8');

/** A page in its <head>, and what happens to it. */
function page() {
  const words = { 'not-loaded': { hidden: true }, 'too-old': { hidden: true } };
  const head = {};
  /** @type {Record<string, (event?: any) => void>} */ const on = {};
  let started = false, changed = () => {}, slow = () => {}, waits = 0;
  vm.runInNewContext(code, {
    localStorage: { getItem: () => null },
    document: { documentElement: { dataset: {}, hasAttribute: () => started }, currentScript: { parentNode: head }, getElementById: (/** @type {'too-old'} */ id) => words[id] },
    addEventListener: (/** @type {string} */ name, /** @type {any} */ fn) => { on[name] = fn; },
    setTimeout: (/** @type {() => void} */ fn, /** @type {number} */ ms) => { slow = fn; waits = ms; },
    clearTimeout: () => { slow = () => {}; },
    MutationObserver: class { constructor(/** @type {() => void} */ fn) { changed = fn; } observe() {} },
  });
  return {
    start() { started = true; changed(); },
    load: () => on.load(),
    fail: (/** @type {any} */ part) => on.error({ target: { parentNode: head, ...part } }),
    longTime() { assert.ok(waits >= 20_000, 'a slow line has its time'); slow(); },
    get says() { return Object.entries(words).filter(([, { hidden }]) => !hidden).map(([id]) => id).join(); },
  };
}

test('a page that starts says nothing', () => {
  const p = page();
  p.start();
  p.longTime();
  p.load();
  assert.equal(p.says, '');
});

test('a lost script, a lost style, and a browser that is too old', () => {
  const script = page();
  script.fail({ tagName: 'SCRIPT' });
  script.load();
  assert.equal(script.says, 'not-loaded');
  const style = page();
  style.fail({ tagName: 'LINK', rel: 'stylesheet' });
  style.start();
  style.load();
  assert.equal(style.says, 'not-loaded', 'although its module has started');
  const preload = page();
  preload.fail({ tagName: 'LINK', rel: 'modulepreload' });
  preload.start();
  preload.load();
  assert.equal(preload.says, '');
  const old = page();
  old.load();
  assert.equal(old.says, 'too-old');
});

test('a file that hangs is reported, until it arrives', () => {
  const p = page();
  assert.equal(p.says, '');
  p.longTime();
  assert.equal(p.says, 'not-loaded');
  p.start();
  assert.equal(p.says, '', 'also before a picture that hangs');
  p.load();
  assert.equal(p.says, '');
});
