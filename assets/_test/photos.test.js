// The wall's rows, the caption of a photo, and the size of an uploaded photo.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitted, isHeic } from '../audience/photo-file.js';
import { captionOf, places } from '../overlay/wall.js';

test('photos are in rows within the box, almost uncropped', () => {
  const mix = Array.from({ length: 30 }, (_, i) => [4 / 3, 3 / 4, 16 / 9, 9 / 16, 1, 3][i % 6]);
  for (const [n, w, h] of [[1, 1920, 1080], [2, 1920, 1080], [3, 1920, 700], [5, 1080, 1920], [12, 1024, 768], [30, 1920, 1080]]) {
    for (const from of [0, 1, 3]) {
      const shapes = Array.from({ length: n }, (_, i) => mix[(from + i) % 30]), list = places(shapes, w, h, 10);
      const said = `${n} from ${from} in ${w} by ${h}`;
      assert.equal(list.length, n);
      list.forEach((one, i) => {
        assert.ok(one.x >= -0.01 && one.y >= -0.01 && one.x + one.w <= w + 0.01 && one.y + one.h <= h + 0.01, `${said}: photo ${i} leaves the box`);
        const cut = one.w / one.h / shapes[i];
        assert.ok(cut < 1.301 && cut > 1 / 1.301, `${said}: photo ${i} is cut by ${cut.toFixed(2)}`);
        for (const other of list.slice(0, i)) assert.ok(one.x >= other.x + other.w + 9.99 || one.y >= other.y + other.h + 9.99, `${said}: photo ${i} lies on another`);
      });
    }
  }
  assert.deepEqual(places([], 1920, 1080, 10), []);
  assert.equal(places([1], 0, 0, 10).length, 1);
});

test('a caption has the name and the text, if any', () => {
  assert.equal(captionOf({ id: '', path: '', width: 1, height: 1 }), '');
  assert.equal(captionOf({ id: '', path: '', width: 1, height: 1, name: 'Ann' }), 'Ann');
  assert.equal(captionOf({ id: '', path: '', width: 1, height: 1, name: 'Ann', text: 'sun' }), 'Ann · sun');
});

test('a photo is scaled down, never up', () => {
  assert.deepEqual(fitted(4000, 3000), { width: 1600, height: 1200 });
  assert.deepEqual(fitted(300, 200), { width: 300, height: 200 });
  assert.deepEqual(fitted(1, 40000), { width: 1, height: 1600 });
});

test('iPhone pictures are recognized by type or name', () => {
  for (const file of [{ name: 'a.HEIC', type: '' }, { name: 'a', type: 'image/heif' }]) assert.ok(isHeic(file));
  assert.ok(!isHeic({ name: 'a.jpg', type: 'image/jpeg' }));
});
