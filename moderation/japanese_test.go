package moderation_test

import (
	"testing"

	"danmaku/comment"
	"danmaku/moderation/rules"
)

const japaneseRules = "バカ\nカジノ\nハゲ => hold\nちんこ\nセックス\nレイプ\nマンコ\nクズ\n死ね=しね\n殺す=ころす @exact\n自殺 = じさつ => mask\nx=y\n朝鮮人\n"

// Japanese words that are masked, drawn out, or written with kana that look alike.
func TestJapaneseDisguise(t *testing.T) {
	set := compile(t, japaneseRules)
	for text, word := range map[string]string{
		// one sign for one character, in words of three and more
		"ち○こ": "ちんこ", "ち〇こ": "ちんこ", "ちん●": "ちんこ", "セ☆クス": "セックス", "セッ◯ス": "セックス", "レ★プ": "レイプ", "カ×ノ": "カジノ", "朝○人": "朝鮮人",
		// look-alike, small and half-width kana
		"マソコ": "マンコ", "ちωこ": "ちんこ", "セツクス": "セックス", "ｾﾂｸｽ": "セックス", "久ズ": "クズ", "タヒね": "死ね", "ﾀﾋネ": "死ね", "ヴァカ": "バカ",
		// drawn out
		"バァカ": "バカ", "ばーか": "バカ", "ﾊﾞｧｶ": "バカ", "バカァ": "バカ",
		// readings of the list
		"しね": "死ね", "シネ": "死ね", "お前、しね!": "死ね",
	} {
		v := check(set, text)
		if v.Action < comment.Hold || v.Word != word {
			t.Errorf("%q: %v for %q, want %s", text, v.Action, v.Word, word)
		}
		if text != "バカァ" && v.Action != comment.Hold && text != "久ズ" && text != "ｾﾂｸｽ" {
			t.Errorf("%q: %v (%s), want it held", text, v.Action, v.Detail)
		}
	}
	for text, want := range map[string]comment.Action{"じさつ": comment.Mask, "自殺": comment.Mask, "ころす": comment.Pass, "殺す": comment.Refuse, "x=y": comment.Refuse, "死ね": comment.Refuse} {
		if v := check(set, text); v.Action != want {
			t.Errorf("%q: %v for %q (%s), want %v", text, v.Action, v.Word, v.Detail, want)
		}
	}
	if set, faults := rules.Compile([]rules.List{{Name: "l", Text: "死ね=しね", On: true}}); len(faults) != 0 || set.Len() != 2 {
		t.Errorf("%d entries, %v", set.Len(), faults)
	}
}

// Words in kana that contain an entry, and texts that only look like a disguise.
func TestJapaneseEverydayWords(t *testing.T) {
	set := compile(t, japaneseRules)
	for _, text := range []string{
		"バカンスに行きたい", "バカラのグラス", "アルバカーキ", "カジノキ", "ハゲワシかっこいい", "ハゲタカ", "ロマンコメディ", "クズモチ食べたい", "バーカウンター", "楽しいしね", "そうだしね", "シネマ", "カ○○ノ", "○○カ",
	} {
		if v := check(set, text); v.Action != comment.Pass {
			t.Errorf("%q: %v for %s (%s)", text, v.Action, v.Word, v.Detail)
		}
	}
	for _, text := range []string{"バカ", "バカだな", "カジノ", "カジノへ"} {
		if v := check(set, text); v.Action != comment.Refuse {
			t.Errorf("%q: %v for %s", text, v.Action, v.Word)
		}
	}
}

// Latin letters beside kana are read as the kana that they spell, and marks of voicing apart
// from their kana, or added to kana that have none, as marks.
func TestJapaneseInTwoScripts(t *testing.T) {
	set := compile(t, japaneseRules+"きもい\n詐欺師\nアホ\n")
	for text, word := range map[string]string{
		"キmoい": "きもい", "kimoい": "きもい", "きもi": "きもい", "ｋｉもい": "きもい", "ちんko": "ちんこ", "chiんこ": "ちんこ", "セッkuス": "セックス", "レiプ": "レイプ",
		"死ne": "死ね", "氏ね": "死ね", "市ねよ": "死ね", "四ね": "死ね", "師ネ!": "死ね", "おい、詩ね": "死ね", "4ね": "死ね", "カji丿": "カジノ", "おいアho!": "アホ", "バKA": "バカ", "MAンコ": "マンコ",
		"ハ\"カ": "バカ", "クス\"": "クズ", "ハケ\"": "ハゲ", "カシ\"ノ": "カジノ", "レイフ°": "レイプ", "ま゛ん゛こ゛": "マンコ", "ア゛ホ゛": "アホ", "ハ゛カ゛": "バカ",
	} {
		v := check(set, text)
		if v.Action != comment.Hold || v.Word != word {
			t.Errorf("%q: %v for %q (%s), want it held for %s", text, v.Action, v.Word, v.Detail, word)
		}
	}
	for _, text := range []string{
		"ときもiPhone", "きもImageです", "アンパンマンKO勝ち", "スーパーマンKO", "これはGE製", "Aホール", "bakaな", "バusb", "あのko", "田中氏ね", "川口市ね", "これは詩ね", "それは4ね", "14ね", "市ねえ", "四ねん生", "教師ね", "シネマnoteに書いた", "moiさん",
		"\"カ\"と\"ハ\"", "気温は20°カな", "す゛き゛", "や゛ば゛い゛", "か゛わ゛い゛い゛",
	} {
		if v := check(set, text); v.Action != comment.Pass {
			t.Errorf("%q: %v for %s (%s)", text, v.Action, v.Word, v.Detail)
		}
	}
}
