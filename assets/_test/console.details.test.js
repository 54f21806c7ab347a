// The console's words for what the filter says of a text.

import assert from 'node:assert/strict';
import test from 'node:test';

import { explain, reachesBeyond } from '../console/details.js';

const words = /** @type {any} */ ({ t: (/** @type {string} */ key) => key });

test('a sentence has its words, with the form of the text behind it', () => {
  assert.deepEqual(explain(words, 'sounds like the word'), ['detail_sound']);
  assert.deepEqual(explain(words, 'the word as written, turned round'), ['detail_written', 'detail_turned']);
  assert.deepEqual(explain(words, 'what a newer server says'), ['what a newer server says']);
});

test('what is only partly in the text is told apart', () => {
  for (const detail of ['spelled over several comments', 'the name and the text together']) assert.ok(reachesBeyond(detail), detail);
  for (const detail of ['the word as written', 'sounds like the word', '', undefined]) assert.ok(!reachesBeyond(detail), detail);
});
