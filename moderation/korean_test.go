package moderation_test

import (
	"testing"

	"danmaku/comment"
)

const koreanRules = "시발\n병신\n새끼\n개새끼\n섹스\n꺼져\n자살 => hold\n토토\n카지노\n창녀\n느금마\n미친놈\n존나\nㅅㅂ\nㅂㅅ\n변태 => mask\n쓰레기 @exact\n"

// A respelled Korean word is held for the word that it sounds like.
func TestKoreanRespelled(t *testing.T) {
	set := compile(t, koreanRules)
	for text, word := range map[string]string{
		// tense and aspirated consonants, vowels of one class
		"씨발": "시발", "쉬발": "시발", "씌발": "시발", "뼝신": "병신", "병쉰": "병신", "벙쒼": "병신", "쎄끼": "새끼", "쉐키": "새끼", "개섀끼": "개새끼", "쎅스": "섹스", "셱쓰": "섹스",
		"꺼쪄": "꺼져", "카찌노": "카지노", "쟈살": "자살", "죤나": "존나", "쫀나": "존나", "미췬놈": "미친놈", "ㅋ 섹쑤": "섹스",
		// a missing final or vowel, together with another change
		"씨바": "시발", "쉬빠": "시발", "씨벌": "시발", "능금마": "느금마",
		// initials, Korean or Latin, for a syllable
		"시ㅂ": "시발", "ㅅ발": "시발", "병ㅅ": "병신", "ㅂ신": "병신", "새ㄲ": "새끼", "개새ㄲ": "개새끼", "미친ㄴ": "미친놈", "꺼z": "꺼져", "s발": "시발", "bㅅ": "ㅂㅅ", "ㅅb": "ㅅㅂ", "야 시ㅂ 뭐야": "시발",
	} {
		v := check(set, text)
		if v.Action != comment.Hold || v.Word != word {
			t.Errorf("%q: %v for %q (%s), want it held for %s", text, v.Action, v.Word, v.Detail, word)
		}
	}
	if v := check(set, "뼌태"); v.Action != comment.Mask {
		t.Errorf("a rule that masks: %+v", v)
	}
	for _, text := range []string{"시발", "병신", "병신아", "새끼야"} {
		if v := check(set, text); v.Action != comment.Refuse {
			t.Errorf("%q: %v", text, v.Action)
		}
	}
}

// Everyday words that sound like an entry, or contain one across the border of two, pass; an
// entry that begins inside another word is held at most.
func TestKoreanEverydayWords(t *testing.T) {
	set := compile(t, koreanRules)
	for _, text := range []string{
		"21세기", "세기의 대결", "새기다", "점점 커져요", "거저 줘도 안 가져", "도토리 줍기", "도도한 고양이", "장녀입니다", "평신도 모임", "시바견 귀여워", "거제 여행", "쓰래기",
		"다시발매", "동시발매", "즉시발송", "신속병신고", "병신도시 개발", "다시 발송", "열시 발표", "시 발표", "세시 발차", "시b단조", "A형", "ㅋㅋ", "s급", "b컷",
	} {
		if v := check(set, text); v.Action != comment.Pass {
			t.Errorf("%q: %v for %s (%s)", text, v.Action, v.Word, v.Detail)
		}
	}
	for _, text := range []string{"야이시발", "진짜병신"} {
		if v := check(set, text); v.Action != comment.Hold {
			t.Errorf("%q: %v for %s", text, v.Action, v.Word)
		}
	}
}

// Korean in Latin letters, by keys or by sounds, is held; words of other languages are not.
func TestKoreanInLatinLetters(t *testing.T) {
	set := compile(t, koreanRules+"지랄\n")
	for text, word := range map[string]string{
		"tlqkf": "시발", "Tlqkf ㅋㅋ": "시발", "t l q k f": "시발", "qudtls": "병신", "QUDTLS": "병신", "torl": "새끼", "rotoRl": "개새끼", "tprtm gkwk": "섹스", "zkwlsh": "카지노", "alclssha": "미친놈",
		"sibal": "시발", "shibal": "시발", "ssibal": "시발", "byungsin": "병신", "byeongshin": "병신", "saekki": "새끼", "sekki": "새끼", "gaesaekki": "개새끼", "jiral": "지랄", "michin nom": "미친놈",
	} {
		if v := check(set, text); v.Action != comment.Hold || v.Word != word {
			t.Errorf("%q: %v for %q (%s), want it held for %s", text, v.Action, v.Word, v.Detail, word)
		}
	}
	for _, text := range []string{"Sibelius", "Shiba Inu", "Michigan", "chiral", "toto", "jonna", "Sival", "secure", "torch", "Seki", "t k f", "ok", "asdf", "qwer", "saki", "sebal is a name? no, Sebal", "hello world"} {
		if v := check(set, text); v.Action != comment.Pass {
			t.Errorf("%q: %v for %s (%s)", text, v.Action, v.Word, v.Detail)
		}
	}
}

// Finals move to the next syllable in speech, and vowels may be lengthened.
func TestKoreanAsItIsHeard(t *testing.T) {
	set := compile(t, koreanRules+"지랄\n닥쳐\n니애미\n")
	for text, word := range map[string]string{
		"질알": "지랄", "씹할": "시발", "늑음마": "느금마", "시이발": "시발", "시바알": "시발", "지이랄": "지랄", "느ㄱㅁ": "느금마", "미친넘": "미친놈", "닥춰": "닥쳐", "느애미": "니애미", "싯발": "시발", "개샛끼": "개새끼",
	} {
		if v := check(set, text); v.Action != comment.Hold || v.Word != word {
			t.Errorf("%q: %v for %q (%s), want it held for %s", text, v.Action, v.Word, v.Detail, word)
		}
	}
	for _, text := range []string{"시볼레", "시이다", "볼일", "가져", "질의응답", "일반", "즐거움"} {
		if v := check(set, text); v.Action != comment.Pass {
			t.Errorf("%q: %v for %s (%s)", text, v.Action, v.Word, v.Detail)
		}
	}
}

// A word that ends in a sign which stands for no letter is none, and leaves no letters behind.
func TestKoreanSignInWord(t *testing.T) {
	set := compile(t, koreanRules)
	for _, text := range []string{"go to luckyspin•casino", "come to hotgirlz。net", "t•l"} {
		check(set, text) // reads each word as keys of a Korean keyboard
	}
	if v := check(set, "a•b tlqkf"); v.Action != comment.Hold || v.Word != "시발" {
		t.Errorf("a word behind it: %+v", v)
	}
}

// Letters of Korean syllables that are typed one by one, with spaces, signs or fillers between
// them, are read as syllables.
func TestKoreanLettersApart(t *testing.T) {
	set := compile(t, koreanRules)
	for text, word := range map[string]string{
		"ㅅ ㅣ ㅂ ㅏ ㄹ": "시발", "ㅅ.ㅣ.ㅂ.ㅏ.ㄹ": "시발", "ㅅㅤㅣㅤㅂㅤㅏㅤㄹ": "시발", "ㅋ ㅏㅈㅣㄴ ㅗ": "카지노", "야 ㅅ-ㅐ-ㄲ-ㅣ": "새끼", "ㅂㅕ ㅇ 신": "병신", "ㅌ ㅗ ㅌ ㅗ": "토토",
		"\u1109\u115f\u1175\u115f\u1107\u115f\u1161\u115f\u11af": "시발",
	} {
		v := check(set, text)
		if v.Action < comment.Hold || v.Word != word {
			t.Errorf("%q: %v for %q (%s), want it stopped for %s", text, v.Action, v.Word, v.Detail, word)
		}
	}
	for _, text := range []string{
		"ㅋ ㅋ ㅋ", "ㅠ ㅠ", "ㅇ_ㅇ", "ㅡ.ㅡ", "ㅜ_ㅜ", "ㅇ ㅅ ㅇ", "ㅅ ㅏ ㄹ ㅏ ㅇ ㅎ ㅐ", "ㄷ.ㅐ.ㅂ.ㅏ.ㄱ", "ㅈ ㅗ ㅎ ㅇ ㅏ", "시 ㅋ ㅋ", "삼 시 세 끼", "다시 ㅂ ㅏ ㄹ ㅁ ㅐ",
	} {
		if v := check(set, text); v.Action != comment.Pass {
			t.Errorf("%q: %v for %s (%s)", text, v.Action, v.Word, v.Detail)
		}
	}
}
