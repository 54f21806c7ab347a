package moderation

import (
	"slices"
	"strings"
	"unicode"

	"danmaku/comment"
	"danmaku/moderation/fold"
	"danmaku/room"
)

// RuleNames is the rule for a comment whose author's name imitates a person who runs the room.
const RuleNames = "names"

// Titles of people who run a room. Short words count as words of a name: a ghost is not a
// host. Long ones count anywhere, and those that are also names and other words only as the
// whole name.
var (
	staffWords = foldedWords(`owner owners admin admins mod mods host cohost streamer broadcaster moder sysop sysadmin organizer organiser
		anfitrion anfitriao dueno presentador presentadora apresentador apresentadora proprietario proprietaria hote hotesse animateur animatrice streameuse organizador organizadora
		gastgeber gastgeberin besitzer inhaber inhaberin veranstalter conduttore conduttrice yonetici yayinci yayıncı yetkili sunucu
		wlasciciel wlascicielka prowadzacy prowadzaca gospodarz pemilik penyiar penyelenggara tuanrumah beheerder eigenaar agare hazigazda tulajdonos majitel majitelka spravce
		админ админчик модер мод ведущий ведущая стример хост владелец владелица організатор организатор хозяин хозяйка
		ведучий ведуча власник водещ собственик مشرف مدير مالك مضيف مسؤول منظم ادمن ادمین مدیر διαχειριστης συντονιστης ιδιοκτητης מנהל מנחה
		แอดมิน ผู้ดูแล ผู้ดูแลระบบ เจ้าของ สตรีมเมอร์ एडमिन मॉडरेटर प्रबंधक व्यवस्थापक संचालक`)
	staffWhole = foldedWords(`op caster dona dono duena leiter padrone sahibi ejer vaert eier gazda proprietar vard presentator server officiel oficial offiziell ufficiale resmi quanly mayari
		管理 网管 網管 系统 系統 系统消息 系統訊息 客服 主持 场控 場控 モデ 配信主 운영진 домаћин pembawaacara zhubo guanliyuan fangguan مدیرکانال صاحبالبث`)
	staffParts = foldedWords(`moderator moderador moderacion moderateur moderatrice moderatore moderatör moderaattori yllapitaja administrator administrador administrateur
		amministratore amministratrice streamowner roomowner chatowner quantrivien chuphong модератор администратор адміністратор
		管理员 管理員 房管 超管 主持人 版主 配信者 管理人 管理者 モデレーター 運営者 司会者 オーナー 운영자 관리자 방장 모더레이터 진행자 스트리머`)
	// Fans also use these in their names.
	staffTitles = foldedWords(`主播 直播主 實況主 up主 房主 群主 官方 主办方 主辦方 运营 營運 運営 主催 公式 ホスト スタッフ 호스트 매니저 공식 official staff system support livestaff`)
	fans        = foldedWords(`粉 的 爱 愛 迷 想 不 非 看 老婆 ファン 推し 好き 팬 사랑 fan fans not`)
)

func foldedWords(list string) []string {
	words := strings.Fields(list)
	for i, w := range words {
		words[i] = lettersOf(fold.String(w))
	}
	return words
}

// pretends holds comments whose author's name claims to run the room, in any of the languages
// and with look-alikes.
func pretends(d comment.Draft, setup room.Room) comment.Verdict {
	if d.Name == "" || d.Badge != comment.NoBadge || d.Source == comment.FromReplay || setup.StaffNames == room.StaffNamesOpen || !isStaffName(d.Name) {
		return comment.Verdict{}
	}
	return comment.Verdict{
		Action: comment.Hold, Rule: RuleNames, InName: true, Spans: []comment.Span{{From: 0, To: len([]rune(d.Name))}},
	}.Because(comment.ReasonPretends, comment.FormWritten)
}

func isStaffName(name string) bool {
	readings := []string{fold.String(name)}
	if looks := asASCII(name); looks != "" {
		readings = append(readings, looks)
	}
	for _, text := range readings {
		for _, whole := range spellings(text) {
			if slices.Contains(staffWords, whole) || slices.Contains(staffWhole, whole) || slices.ContainsFunc(staffParts, func(w string) bool { return strings.Contains(whole, w) }) {
				return true
			}
			if slices.ContainsFunc(staffTitles, func(w string) bool { return isTitled(whole, w) }) {
				return true
			}
			if sound := oneVowel(whole); slices.ContainsFunc(staffSounds, func(w string) bool { return strings.Contains(sound, w) }) {
				return true
			}
		}
	}
	for _, word := range wordsOf(name) {
		text := fold.String(word)
		if looks := asASCII(word); looks != "" {
			text = looks
		}
		if slices.ContainsFunc(spellings(text), func(w string) bool { return slices.Contains(staffWords, w) }) {
			return true
		}
	}
	return false
}

// spellings returns the letters of a folded name and what they may stand for: two letters that
// look like one, doubled ones, Latin letters among Cyrillic ones, and without the Arabic
// article.
func spellings(text string) []string {
	plain := lettersOf(text)
	out := []string{plain}
	for _, s := range []string{
		shapes.Replace(plain), undoubled(plain), undoubled(shapes.Replace(plain)), strings.TrimPrefix(plain, "ال"), inCyrillic(plain),
	} {
		if s != plain && s != "" {
			out = append(out, s)
		}
	}
	return out
}

// shapes are letters that look like another one side by side.
var shapes = strings.NewReplacer("rn", "m", "vv", "w", "cl", "d")

// undoubled writes each repeated letter once.
func undoubled(s string) string {
	return string(slices.Compact([]rune(s)))
}

// inCyrillic replaces the Latin letters in a word of Cyrillic ones by those that they look
// like.
func inCyrillic(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Cyrillic, r) }) {
		return s
	}
	return latinInCyrillic.Replace(s)
}

var latinInCyrillic = strings.NewReplacer("a", "а", "c", "с", "e", "е", "o", "о", "p", "р", "x", "х", "y", "у", "k", "к", "m", "м", "t", "т", "b", "в", "h", "н", "i", "и")

// staffSounds are the long Latin ones of staffParts with one vowel for all: people
// misspell these vowels, on purpose or not.
var staffSounds = func() (out []string) {
	for _, w := range staffParts {
		if len(w) >= 9 && w[0] < 0x80 {
			out = append(out, oneVowel(w))
		}
	}
	return out
}()

func oneVowel(s string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("eiou", r) {
			return 'a'
		}
		return r
	}, s)
}

// isTitled reports whether a name is a title, or begins or ends with one that is
// not a fan's.
func isTitled(name, title string) bool {
	rest, ok := strings.CutPrefix(name, title)
	if !ok {
		rest, ok = strings.CutSuffix(name, title)
	}
	if !ok || title[len(title)-1] < 0x80 && rest != "" {
		return false
	}
	return !slices.ContainsFunc(fans, func(f string) bool { return strings.Contains(rest, f) })
}

// wordsOf splits a name at everything but letters and digits, and where a capital follows a
// small letter.
func wordsOf(name string) []string {
	var out []string
	var b strings.Builder
	last := ' '
	for _, r := range name + " " {
		letter := unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || unicode.IsSymbol(r) && r >= 0x1F100
		if b.Len() > 0 && (!letter || unicode.IsUpper(r) && unicode.IsLower(last)) {
			out = append(out, b.String())
			b.Reset()
		}
		if letter {
			b.WriteRune(r)
		}
		last = r
	}
	return out
}

// lettersOf returns the letters of a folded text, with digits that stand for letters replaced,
// and without trailing digits.
func lettersOf(folded string) string {
	folded = strings.TrimRight(folded, "0123456789 _.-!*~")
	return strings.Map(func(r rune) rune {
		switch r {
		case '0':
			return 'o'
		case '1', '!', '|':
			return 'i'
		case '3':
			return 'e'
		case '4', '@':
			return 'a'
		case '5', '$':
			return 's'
		}
		if unicode.IsLetter(r) || unicode.IsMark(r) {
			return r
		}
		return -1
	}, folded)
}
