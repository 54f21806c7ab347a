import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scaleOf } from '../overlay/show-apart.js';

const lower = { left: 213, top: 198, right: 973, bottom: 515 };

test('an item in the corner shrinks until it ends above the lower third', () => {
  assert.equal(scaleOf({ left: 373, top: 40, right: 973, bottom: 180 }, lower, 10), 1, 'it is above');
  assert.equal(scaleOf({ left: 980, top: 40, right: 1020, bottom: 400 }, lower, 10), 1, 'it is beside');
  const scale = scaleOf({ left: 373, top: 40, right: 973, bottom: 240 }, lower, 8);
  assert.equal(40 + 200 * scale, 190);
  assert.equal(scaleOf({ left: 373, top: 40, right: 973, bottom: 640 }, lower, 8), 0.5, 'no smaller than half');
});
