import assert from 'node:assert/strict';
import { test } from 'node:test';
import { groundOf } from '../screen/ground.js';
import { reachOf, sideFor } from '../shared/code-size.js';

test('a code is readable from ten times its width: 50 cm plus its margin for 5 m', () => {
  const side = sideFor(5, 29);
  assert.ok(Math.abs(side * 29 / 37 - 0.5) < 1e-9, String(side));
  for (const modules of [21, 29, 57]) {
    for (const metres of [0.5, 3, 20]) assert.ok(Math.abs(reachOf(sideFor(metres, modules), modules) - metres) < 1e-9);
  }
});

test('the background is dark for every colour of a room', () => {
  const light = (hex) => [1, 3, 5].reduce((sum, i, n) => sum + [0.2126, 0.7152, 0.0722][n] * (parseInt(hex.slice(i, i + 2), 16) / 255) ** 2.2, 0);
  assert.equal(groundOf(''), '#0d1113');
  assert.equal(groundOf('red'), '#0d1113');
  for (const color of ['#ffffff', '#ffff00', '#00ff00', '#ff00ff']) assert.ok(light(groundOf(color)) < 0.13, groundOf(color));
  assert.notEqual(groundOf('#2040ff'), groundOf(''));
});
