// Common words that show no topic; no cloud contains them. Short on purpose: a word
// left out by mistake is missed, a common word that slips through does little harm.

const LISTS = {
  en: `a about after again all also am an and any are as at be been but by can cant could did didnt do does doesnt dont for from get go going gonna got had has have he her here hers him his how i if ill im in into is isnt it its ive just know let lets like ll lot me more most much my no not now of off oh ok okay on one only or other our out over please really re s see she should so some such t than that thats the their them then there these they theyre this those though to too u up us ve very want was wasnt we well were what whats when where which who why will with wont would ya yeah yes yet you your youre`,
  de: `aber als am an auch auf aus bei bin bis bist da das dass dein dem den der des die dir doch du ein eine einem einen einer er es für hab habe haben hat ich ihr im in ist ja kann mal man mein mich mir mit nach nicht noch nur oder schon sich sie sind so um und uns von vor war was wenn wer wie wir wird zu zum zur`,
  fr: `ai au aux avec bien c ça ce ces cest cette comme d dans de des du elle en est et être fait il ils j je jai l la le les leur lui ma mais me mes moi mon n ne non nous on ou où oui par pas plus pour qu que qui sa se ses si son sont sur ta te tes toi ton tu un une va vous y`,
  es: `a al algo como con cuando de del el ella en era es esa ese eso esta está este esto fue ha hay la las le les lo los más me mi muy no nos o para pero por porque que qué se ser si sí sin son su sus te tu un una y ya yo`,
  pt: `a as ao com da das de do dos e é ela ele em essa esse esta este eu foi há isso já mais mas me meu minha muito na não nas no nos o os ou para pela pelo por pra que se sem ser seu sim só sua também tem tu um uma você`,
  ru: `а без бы в во вот все всё вы где да для до его если есть же за и из или им их к как ко кто ли мне мы на над не него нет ни но ну о об он она они от по при с со так там то тут ты у уже что чтобы это я`,
  zh: `一下 一个 一些 一样 不会 不是 不能 不要 不过 之后 也是 了吗 什么 他们 你们 其实 可以 可能 哪里 因为 大家 如果 它们 就是 已经 应该 怎么 怎样 我们 所以 是不是 有点 有没有 没有 然后 现在 的话 真的 知道 觉得 起来 还是 还有 这个 这么 这些 这样 这里 那个 那么 那些 那样 那里 都是 非常 一直 为什么 自己 出来 但是 而且 咱们 她们 时候`,
  tw: `一個 一樣 不會 什麼 他們 你們 其實 因為 如果 應該 怎麼 我們 沒有 然後 現在 覺得 還是 還有 這個 這麼 這樣 這裡 那個 那麼 那樣 那裡 為什麼 時候`,
  ja: `ある あの あります あれ いい いう いた いつ いま いる う ええ お か から が くる くれ けど けれど こと この これ ここ さ さん し した して しょ じゃ する せ そう その それ そこ た たい だ だけ だった だよ だろ だろう ちゃん って つ て で でき できる です でしょ でしょう でも と という どう どこ どの な ない なかった なく なっ なに なる なん なんか なんて に ね の ので のに は ば へ べき ほど ほんと また まし ました ます ません まだ まで み も もう もの や やっぱ やっぱり やる よ よう より よね ら る れ れる わ を ん んだ 何 私 僕 俺 今`,
  ko: `가 같은 거 것 고 그 그냥 그런 그리고 나 내 너 는 니 다 더 도 들 때 또 를 만 많이 뭐 수 아 안 않 에 에서 왜 요 우리 은 을 의 이 이거 이게 있는 있다 저 제 좀 지금 진짜 하고 하는 한 해 해서`,
};

/** @type {ReadonlySet<string>} */
export const STOP_WORDS = new Set(Object.values(LISTS).flatMap((list) => list.split(' ')));
