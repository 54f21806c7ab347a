import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { place, SECTIONS } from '../audience/place.js';

/** @param {string} name */
function box(name) {
  /** @type {any} */ const made = { classList: [name], parentElement: null };
  made.before = (/** @type {any} */ one) => {
    one.parentElement = made.parentElement;
    made.parentElement.children.splice(made.parentElement.children.indexOf(made), 0, one);
  };
  return made;
}

/** @param {string[]} names @returns {string[][]} */
const orders = (names) => (names.length < 2 ? [names] : names.flatMap((name) => orders(names.filter((other) => other !== name)).map((rest) => [name, ...rest])));

test('the sections above the field are in the same order whichever comes first', () => {
  for (const order of orders(SECTIONS)) {
    const page = { children: ['feed-box', 'show', 'composer'].map(box) };
    for (const one of page.children) one.parentElement = page;
    for (const name of order) place(box(name), page.children.at(-1));
    assert.deepEqual(page.children.map(({ classList }) => classList[0]), ['feed-box', 'show', ...SECTIONS, 'composer'], order.join(' '));
  }
});

test('the order of the eyes is that of the Tab key', () => {
  const css = ['audience', ...SECTIONS].map((name) => readFileSync(new URL(`../audience/${name}.css`, import.meta.url), 'utf8')).join('\n');
  const order = (/** @type {string} */ name) => Number(css.match(new RegExp(`^\\.${name} \\{[^}]*\\border: (\\d)`, 'm'))?.[1] ?? 0);
  const all = [...SECTIONS, 'composer'].map(order);
  assert.deepEqual(all, [...all].sort((a, b) => a - b));
});
