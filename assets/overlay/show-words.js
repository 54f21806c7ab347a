// Words of the show items, in the overlay's language. They are few, so they need no locale
// file.

/**
 * @typedef {object} ShowWords
 * @property {string} type how to vote by message
 * @property {string} phone how to vote by button
 * @property {string} hidden the text in place of counts
 * @property {string} over the poll has ended
 * @property {string} people how many voted, {n}
 * @property {string} word how to take part in a draw by a word, {word}
 * @property {string} wrote how to take part by writing anything
 * @property {string} press how to take part by button
 * @property {string} joined how many take part, {n}
 * @property {string} draw the text over a draw's title
 * @property {string} won the draw is over
 * @property {string} nobody it is over, and nobody took part
 * @property {string} hash label of the hash of the seed
 * @property {string} seed label of the seed
 * @property {string} lang for times and numbers
 */

/** @type {Record<string, Omit<ShowWords, 'lang'>>} */
const WORDS = {
  en: { type: 'Type the number to vote', phone: 'Vote on your phone', hidden: 'Results at the end', over: 'Result', people: '{n} voted', word: 'Write “{word}” to take part', wrote: 'Everyone who writes takes part', press: 'Take part on your phone', draw: 'Draw', joined: 'Taking part: {n}', won: 'Drawn', nobody: 'Nobody took part', hash: 'Hash of the seed', seed: 'Seed' },
  'zh-cn': { type: '发送数字即可投票', phone: '在手机上投票', hidden: '结束后公布结果', over: '投票结果', people: '{n} 人已投票', word: '发送“{word}”即可参加', wrote: '发弹幕即可参加', press: '在手机上点击参加', draw: '抽奖', joined: '{n} 人参加', won: '抽奖结果', nobody: '无人参加', hash: '种子的哈希值', seed: '种子' },
  'zh-tw': { type: '傳送數字即可投票', phone: '用手機投票', hidden: '結束後公布結果', over: '投票結果', people: '{n} 人已投票', word: '傳送「{word}」即可參加', wrote: '發彈幕即可參加', press: '用手機點一下參加', draw: '抽獎', joined: '{n} 人參加', won: '抽獎結果', nobody: '沒有人參加', hash: '種子的雜湊值', seed: '種子' },
  ja: { type: '番号を送って投票', phone: 'スマホから投票', hidden: '結果は終了後に発表', over: '投票結果', people: '{n}人が投票', word: '「{word}」と送ると参加', wrote: 'コメントした人が参加', press: 'スマホから参加', draw: '抽選', joined: '{n}人が参加', won: '抽選結果', nobody: '参加者なし', hash: 'シードのハッシュ', seed: 'シード' },
  ko: { type: '번호를 보내 투표하세요', phone: '휴대폰으로 투표하세요', hidden: '결과는 끝난 뒤에 나와요', over: '투표 결과', people: '{n}명 투표', word: '‘{word}’ 보내고 참여하기', wrote: '댓글을 쓰면 참여돼요', press: '휴대폰으로 참여하세요', draw: '추첨', joined: '{n}명 참여', won: '추첨 결과', nobody: '참여한 사람이 없어요', hash: '시드의 해시', seed: '시드' },
  es: { type: 'Escribe el número para votar', phone: 'Vota con tu teléfono', hidden: 'Resultados al final', over: 'Resultado', people: 'Han votado: {n}', word: 'Escribe «{word}» para participar', wrote: 'Participa quien escriba', press: 'Participa con tu teléfono', draw: 'Sorteo', joined: 'Participan: {n}', won: 'Resultado del sorteo', nobody: 'No ha participado nadie', hash: 'Hash de la semilla', seed: 'Semilla' },
};

/** The words of a language, by its nearest relative, otherwise English. @param {string} lang @returns {ShowWords} */
export function showWords(lang) {
  const tag = lang.toLowerCase();
  const near = /^zh-(tw|hk|mo|hant)/.test(tag) ? 'zh-tw' : /^zh/.test(tag) ? 'zh-cn' : tag.split('-')[0];
  return { ...(WORDS[near] ?? WORDS.en), lang: WORDS[near] ? lang : 'en' };
}
