// The console's sentences for the filter's findings in a text.

import assert from 'node:assert/strict';
import test from 'node:test';

import { explain, reachesBeyond } from '../console/details.js';

const words = /** @type {any} */ ({ t: (/** @type {string} */ key) => key, has: (/** @type {string} */ key) => key !== 'detail_newer' });

test('a reason is explained by its words, followed by the form of the text', () => {
  assert.deepEqual(explain(words, { reason: 'sound' }), ['detail_sound']);
  assert.deepEqual(explain(words, { reason: 'written', form: 'turned' }), ['detail_written', 'detail_turned']);
  assert.deepEqual(explain(words, { reason: 'newer', detail: 'what a newer server says' }), ['what a newer server says']);
  assert.deepEqual(explain(words, {}), []);
});

test('a match that is only partly in the text is recognized', () => {
  for (const reason of ['several', 'name']) assert.ok(reachesBeyond({ reason }), reason);
  for (const item of [{ reason: 'written' }, { reason: 'sound' }, {}]) assert.ok(!reachesBeyond(item));
});
