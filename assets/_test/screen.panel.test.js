import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeOf } from '../screen/panel.js';

test('the panel is beside items in the upper corners, or below them if there is no room', () => {
  const countdown = { left: 1003, right: 1216, bottom: 230 }, questions = { left: 64, right: 784, bottom: 420 };
  assert.deepEqual(placeOf(1280, []), { from: 16, to: 1264, top: 16 });
  assert.deepEqual(placeOf(1280, [countdown]), { from: 16, to: 987, top: 16 });
  assert.deepEqual(placeOf(1920, [questions]), { from: 800, to: 1904, top: 16 });
  assert.deepEqual(placeOf(1280, [countdown, questions]), { from: 16, to: 1264, top: 436 });
  assert.deepEqual(placeOf(600, [{ left: 100, right: 580, bottom: 150 }]), { from: 16, to: 584, top: 166 });
});
