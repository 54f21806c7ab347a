// demo=1: a lively feed without a server, to try a style with. Pure except for the timer that
// it is given.

/** @typedef {import('../shared/protocol.js').Comment} Comment */

const COLORS = ['#ff6b5e', '#ffc24a', '#fff16b', '#b6f25c', '#66e0ff', '#9db2ff', '#ff9bd2'];

const LINES = [
  '这一段配乐太好听了', '前方高能，非战斗人员撤离', '刚才那个闪避是怎么按出来的', '左边有宝箱，别漏了', '主播稳住，我们能赢',
  '夜猫子到此一游 👋🏽', '桥下有近路', '第一次来，请多关照', 'that dodge was clean', 'first time here, hello from Lyon',
  'phase two has HOW much health', 'is this the hard route?', 'clip that 🎬', 'can’t believe you “missed” that', 'ここの音楽ほんと好き',
  '初見です、よろしくお願いします', '次の攻撃は右によけて', '今の見えなかった', '초견입니다 잘 부탁드려요', '이 보스 너무 어렵다', 'مرحبا من المغرب', 'לילה טוב לכולם',
  'ça alors, quel combat', 'это было красиво', 'สู้ ๆ นะ', '👨‍👩‍👧‍👦 watching together 🇯🇵', 'good luck 🍀',
];
const SHOUTS = ['666', '哈哈哈哈哈哈', 'lol', '草', '加油！！！', 'ㅋㅋㅋㅋ', '888888'];
const HOST = ['打完这个休息五分钟，大家先喝水', 'Thank you all for being here'];
const NAMES = ['月半', 'Aoi', 'ninth wave', '서연', 'Yara', 'Tom'];

/** The questions of people, for `questions=`. */
export const demoQuestions = {
  spec: { title: 'Q & A' },
  result: { top: [['前方那座塔能上去吗？', 214], ['How long did the last phase take you?', 96], ['次の配信はいつですか', 41], ['Will there be a hard route?', 17], ['다음 게임은 뭐예요?', 5]].map(([text, votes], i) => ({ id: `ask-${i}`, text, votes })) },
};

/** A comment of the feed. @param {number} n its number @param {() => number} random in [0, 1)
 * @returns {Comment} */
export function demoComment(n, random) {
  /** @template T @param {T[]} of @returns {T} */
  const pick = (of) => of[Math.floor(random() * of.length)];
  const name = pick(NAMES);
  const comment = {
    id: `demo-${n}`, at: 0, text: pick(random() < 0.25 ? SHOUTS : LINES), mode: 'scroll', size: 'medium',
    color: random() < 0.4 ? pick(COLORS) : '#ffffff', name, user: `demo-${name}`, badge: '', source: 'audience',
  };
  const what = random();
  if (what < 0.03) return { ...comment, text: pick(HOST), mode: 'top', badge: 'owner', color: '#ffffff' };
  if (what < 0.06) return { ...comment, badge: 'moderator', color: '#ffffff' };
  if (what < 0.1) return { ...comment, mode: 'bottom' };
  if (what < 0.13) return { ...comment, mode: 'top' };
  if (what < 0.15) return { ...comment, mode: 'reverse' };
  if (what < 0.22) return { ...comment, size: 'big' };
  if (what < 0.32) return { ...comment, size: 'small' };
  return comment;
}

export class Demo {
  #push;
  #made = 0;
  /** @type {any} */ #timer = null;

  /** @param {(comments: Comment[]) => void} push */
  constructor(push) {
    this.#push = push;
  }

  /** @param {boolean} on */
  set(on) {
    if (!on) {
      clearTimeout(this.#timer);
      this.#timer = null;
    } else if (this.#timer === null) {
      this.#next();
    }
  }

  #next() {
    // From time to time a wave, as when something happens on the stream.
    const wave = Math.random() < 0.06 ? 8 : 1;
    const line = Math.random() < 0.5 ? SHOUTS[this.#made % SHOUTS.length] : '';
    const comments = [];
    for (let i = 0; i < wave; i++) {
      const comment = demoComment(++this.#made, Math.random);
      comments.push(wave > 1 && line && !comment.badge ? { ...comment, text: line } : comment);
    }
    this.#push(comments);
    this.#timer = setTimeout(() => this.#next(), 150 + Math.random() * 500);
  }
}
