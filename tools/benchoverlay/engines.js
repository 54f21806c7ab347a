// The engines under test, each with the same three functions: start, push and shown. All get
// the same box, font, outline and crossing time, in the way that the library's own manual
// shows, and the same comments at the same times.
'use strict';

const CROSS = 8; // seconds
const box = document.getElementById('box');
const OUTLINE = '1px 0 #000, -1px 0 #000, 0 1px #000, 0 -1px #000, 1px 1px #000, -1px -1px #000, 1px -1px #000, -1px 1px #000';
const LETTERS = { fontSize: '28px', fontWeight: '700', fontFamily: 'sans-serif', whiteSpace: 'pre' };

/** The innermost elements of the box that show text on the screen. */
function shownElements() {
  let n = 0;
  const walk = document.createTreeWalker(box, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    if (!node.data.trim()) continue;
    const el = node.parentElement, r = el.getBoundingClientRect(), style = getComputedStyle(el);
    if (r.width > 0 && r.right > 0 && r.left < innerWidth && r.bottom > 0 && r.top < innerHeight && style.visibility === 'visible' && style.display !== 'none') n++;
  }
  return n;
}

const ENGINES = {
  ours: {
    start: () => danmaku.ready,
    push: (text, color) => danmaku.push({ text, color }),
    shown: () => danmaku.rects().filter((r) => r.x + r.w > 0 && r.x < innerWidth).length,
  },
  'ours-applause': { // ours during applause: 52 reactions a second, as the server sends them
    start() {
      setInterval(() => danmaku.react({ '👏': 6, '❤️': 4, '🎉': 3 }), 250);
      return danmaku.ready;
    },
    push: (text, color) => danmaku.push({ text, color }),
    shown: () => ENGINES.ours.shown() + (danmaku.stats().reactions ?? document.querySelectorAll('.dm-reaction').length),
  },
  // From another checkout.
  get before() { return ENGINES.ours; },
  get 'before-applause'() { return ENGINES['ours-applause']; },
  'ours-box': {
    start: () => danmaku.ready,
    push: (text, color) => danmaku.push({ text, color, name: 'ninth wave', source: 'twitch' }),
    shown: () => [...document.querySelectorAll('.dm-line')].filter((line) => line.getBoundingClientRect().left < innerWidth * 0.34).length,
  },
  'danmaku-dom': {
    start() { this.d = new Danmaku({ container: box, engine: 'dom', speed: innerWidth / CROSS }); },
    push(text, color) { this.d.emit({ text, style: { ...LETTERS, color, textShadow: OUTLINE } }); },
    shown: shownElements,
  },
  'danmaku-canvas': {
    start() { this.d = new Danmaku({ container: box, engine: 'canvas', speed: innerWidth / CROSS }); },
    push(text, color) { this.d.emit({ text, style: { font: '700 28px sans-serif', textBaseline: 'bottom', fillStyle: color, strokeStyle: '#000', lineWidth: 3 } }); },
    shown() { return this.d._.runningList.length; },
  },
  'danmu.js': {
    start() {
      this.n = 0;
      this.d = new (window.DanmuJs ?? window.default)({ container: box, comments: [], area: { start: 0, end: 1 }, channelSize: 40, mouseControl: false });
      this.d.start();
    },
    push(text, color) { this.d.sendComment({ id: `c${++this.n}`, duration: CROSS * 1000, txt: text, style: { ...LETTERS, color, textShadow: OUTLINE } }); },
    shown: shownElements,
  },
  'comment-core-library': {
    start() {
      box.className = 'container';
      box.parentElement.className = 'abp';
      this.d = new CommentManager(box);
      this.d.init('css');
      this.d.start();
    },
    push(text, color) { this.d.send({ mode: 1, text, size: 28, color: parseInt(color.slice(1), 16), stime: 0, dur: CROSS * 1000 }); },
    shown: shownElements,
  },
  danmu: {
    start() {
      this.d = window.Danmu.create({
        trackHeight: 40, durationRange: [CROSS * 1000, CROSS * 1000], mode: 'adaptive', limits: { stash: 1000 },
        plugin: {
          $createNode: (comment, node) => {
            Object.assign(node.style, LETTERS, { color: comment.data.color, textShadow: OUTLINE });
            node.textContent = comment.data.text;
          },
        },
      });
      this.d.mount(box);
      this.d.startPlaying();
    },
    push(text, color) { this.d.push({ text, color }); },
    shown: shownElements,
  },
};

const LINES = [
  '这一段配乐太好听了', '前方高能，非战斗人员撤离', 'that dodge was clean', 'first time here, hello from Lyon', 'ここの音楽ほんと好き',
  '초견입니다 잘 부탁드려요', '主播稳住，我们能赢', 'phase two has HOW much health', '哈哈哈哈哈哈', 'is this the hard route?', '666', 'lol',
];
const COLORS = ['#ffffff', '#ffffff', '#ff6b5e', '#ffc24a', '#fff16b', '#b6f25c', '#66e0ff', '#9db2ff', '#ff9bd2'];

/** The functions that main.go calls. Comments come evenly, n in one crossing. When an engine
 * shows fewer than n at once, the table says so beside its figures. */
window.bench = {
  async start(name, n) {
    const engine = ENGINES[name];
    await engine.start();
    this.engine = engine;
    if (n === 0) return;
    let i = 0;
    const began = performance.now();
    const feed = () => {
      const due = Math.floor((performance.now() - began) * n / (CROSS * 1000));
      for (; i < due; i++) engine.push(LINES[(i * 7) % LINES.length], COLORS[(i * 5) % COLORS.length]);
    };
    // As over a socket: every 100 ms the comments that have come since.
    setInterval(feed, 100);
  },
  shown() { return this.engine.shown(); },
};
