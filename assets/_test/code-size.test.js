import assert from 'node:assert/strict';
import { test } from 'node:test';
import { groundOf } from '../screen/ground.js';
import { reachOf, sideFor } from '../shared/code-size.js';

test('ten times its width: at 5 m a code of 29 modules is 50 cm, and its white comes on top', () => {
  const side = sideFor(5, 29);
  assert.ok(Math.abs(side * 29 / 37 - 0.5) < 1e-9, String(side));
  for (const modules of [21, 29, 57]) {
    for (const metres of [0.5, 3, 20]) assert.ok(Math.abs(reachOf(sideFor(metres, modules), modules) - metres) < 1e-9);
  }
});

test('the ground is dark whatever colour a room has', () => {
  const light = (hex) => [1, 3, 5].reduce((sum, i, n) => sum + [0.2126, 0.7152, 0.0722][n] * (parseInt(hex.slice(i, i + 2), 16) / 255) ** 2.2, 0);
  assert.equal(groundOf(''), '#0d1113');
  assert.equal(groundOf('red'), '#0d1113');
  for (const color of ['#ffffff', '#ffff00', '#00ff00', '#ff00ff']) assert.ok(light(groundOf(color)) < 0.13, groundOf(color));
  assert.notEqual(groundOf('#2040ff'), groundOf(''));
});
