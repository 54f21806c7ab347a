import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placesOf } from '../screen/panel.js';

const countdown = { left: 1003, right: 1216, bottom: 230 }, questions = { left: 64, right: 784, bottom: 420 };

test('the panel is beside items in the upper corners, or below them if there is no room', () => {
  assert.deepEqual(placesOf(1280, [])[0], { from: 16, to: 1264, top: 16 });
  assert.deepEqual(placesOf(1280, [countdown])[0], { from: 16, to: 987, top: 16 });
  assert.deepEqual(placesOf(1920, [questions])[0], { from: 800, to: 1904, top: 16 });
  assert.deepEqual(placesOf(1280, [countdown, questions])[0], { from: 16, to: 1264, top: 436 });
  assert.deepEqual(placesOf(600, [{ left: 100, right: 580, bottom: 150 }])[0], { from: 16, to: 584, top: 166 });
});

test('below items, the panel can be beside the codes, and at last it is at the upper edge', () => {
  const narrow = { left: 60, right: 780, bottom: 370 };
  assert.deepEqual(placesOf(800, [narrow], { right: 300 }), [{ from: 16, to: 784, top: 386 }, { from: 316, to: 784, top: 386 }, { from: 16, to: 784, top: 16 }]);
  assert.deepEqual(placesOf(800, [narrow], { right: 500 }), [{ from: 16, to: 784, top: 386 }, { from: 16, to: 784, top: 16 }]);
  assert.deepEqual(placesOf(300, []).at(-1), { from: 16, to: 284, top: 16 });
});
