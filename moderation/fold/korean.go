package fold

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
)

//go:embed data/korean.bin
var koreanWords sortedKeys

// LongestKorean is the most syllables of a known Korean word.
const LongestKorean = 4

// The syllables of Korean.
const firstSyllable, lastSyllable = 0xAC00, 0xD7A3

// ownKorean are everyday words that the dictionary lacks as entries, because they are names,
// compounds or forms of a verb. A change needs a new korean.bin: TestPackedWords says how.
const ownKorean = "장녀 평신도 시바 시바견 발인 세키로 색스폰 거져 꺼내 커지네 커져요 커져라 사이트 몇시 몇개 두시 세시 네시 다섯시 여섯시 일곱시 여덟시 아홉시 열시 " +
	"즉시 세기의 새기는 새기고 새긴다 쇠기둥 게이 시발역 시발택시 존나단 병신년 종나무 토토로 도토루 또또 도도한 싸살 차살 조나단 조나스 " +
	"거저먹 가지나물 가지노 시바스 시바타 시바사키 쉬바의 토도 닥처 개새로 새끼손 새끼손가락 새끼발 새끼발가락 새끼줄 새끼고양이 새끼강아지 자살골 거제 거제도 거제시 조너선 조나선 경차 서귀포 세키 가토 다자이 다저스 시뻘개 거죠 것처럼 " +
	"켜져 켜져요 켜져서 켜진다 쥐라기 찌라시 색소 창녕 창녕군 시벌레"

// notKorean are words of the dictionary that are abuse. They, too, are left out of korean.bin.
const notKorean = "개좆같이 좆같 좆같이 좆까 좆나 좆먹이 좆빤다구 좆빨 좆초 좇나게 좇됐 쥐좆같이"

// packKorean packs the syllables of a word into one number; 0 for anything else.
func packKorean(word []rune) uint64 {
	if len(word) > LongestKorean {
		return 0
	}
	var k uint64
	for _, r := range word {
		if !IsSyllable(r) {
			return 0
		}
		k = k<<14 | uint64(r-firstSyllable+1)
	}
	return k
}

// IsKorean reports whether syllables are an everyday word of Korean.
func IsKorean(word []rune) bool {
	_, ok := koreanWords.find(packKorean(word))
	return ok
}

// BeginsKorean reports whether an everyday word of Korean, of two and more syllables, begins with
// this one.
func BeginsKorean(r rune) bool {
	first := packKorean([]rune{r})
	for rest := 14; rest < 14*LongestKorean; rest += 14 {
		if koreanWords.between(first<<rest, (first+1)<<rest) {
			return true
		}
	}
	return false
}

// ownKoreanWords are those of [ownKorean].
var ownKoreanWords = sync.OnceValue(func() map[string]bool {
	out := map[string]bool{}
	for w := range strings.FieldsSeq(ownKorean) {
		out[w] = true
	}
	return out
})

// OwnKorean reports whether a word is one that the dictionary lacks.
func OwnKorean(word []rune) bool { return ownKoreanWords()[string(word)] }

// IsSyllable reports whether r is a whole syllable of Korean.
func IsSyllable(r rune) bool { return firstSyllable <= r && r <= lastSyllable }

// Syllable is a Korean syllable by the classes of its letters: those of a class sound so
// similar that they replace each other. Final is 0 for none.
type Syllable struct{ Lead, Vowel, Final uint8 }

// Letters of one class: plain, tense and aspirated consonants, and vowels that
// differ by a glide.
const (
	leadClasses  = "ㄱㄲㅋ ㄴ ㄷㄸㅌ ㄹ ㅁ ㅂㅃㅍ ㅅㅆ ㅇ ㅈㅉㅊ ㅎ"
	vowelClasses = "ㅏㅑㅘ ㅓㅕㅝ ㅐㅒㅔㅖㅙㅚㅞ ㅗㅛ ㅜㅠㅡ ㅣㅢㅟ"
	finalClasses = "ㄱㄲㄳㅋㄺ ㄴㄵㄶ ㄷㅅㅆㅈㅊㅌㅎ ㄹㄼㄽㄾㅀ ㅁㄻ ㅂㅍㅄㄿ ㅇ"
)

// Classes of vowels that are sometimes confused.
const (
	OpenVowel  = 0 // a
	BackVowel  = 1 // eo
	FrontVowel = 2 // e
	RoundVowel = 3 // o
	CloseVowel = 4 // u
	HighVowel  = 5 // i
)

// Classes of finals that are added or omitted without changing the sound.
const (
	StoppedFinal = 3
	LiquidFinal  = 4
	NasalFinal   = 7
)

// classesOf assigns each letter of a list the number of its class, from 0 on.
func classesOf(letters []rune, classes string) []uint8 {
	out := make([]uint8, len(letters))
	for class, set := range strings.Fields(classes) {
		for i, r := range letters {
			if strings.ContainsRune(set, r) {
				out[i] = uint8(class)
			}
		}
	}
	return out
}

var (
	leadClass  = classesOf(leads, leadClasses)
	vowelClass = classesOf(vowelJamo, vowelClasses)
	finalClass = classesOf(finalJamo, finalClasses)
)

// ClassesOf returns the classes of a syllable; ok is false for anything else.
func ClassesOf(r rune) (s Syllable, ok bool) {
	if !IsSyllable(r) {
		return Syllable{}, false
	}
	n := int(r - firstSyllable)
	s.Lead, s.Vowel = leadClass[n/588], vowelClass[n/28%21]
	if f := n % 28; f > 0 {
		s.Final = finalClass[f-1] + 1
	}
	return s, true
}

// SameConsonants reports whether two syllables differ by their vowel alone.
func SameConsonants(a, b rune) bool {
	x, y := int(a-firstSyllable), int(b-firstSyllable)
	return IsSyllable(a) && IsSyllable(b) && x/588 == y/588 && x%28 == y%28
}

// carriedLeads are the classes of the leads that finals become before a syllable without its
// own consonant, by the class of the final.
var carriedLeads = [...]int8{1: 0, 2: 1, 3: 6, 4: 3, 5: 4, 6: 5, 7: -1}

// silentLead is the class of the silent lead.
const silentLead, breathedLead = 7, 9

// CarriedLead returns the class of the lead that a syllable has in speech after one with a
// final: 질알 sounds like 지랄, 씹할 like 씨팔. ok is false if the final does not move.
func CarriedLead(final, lead uint8) (initial uint8, ok bool) {
	if final == 0 || lead != silentLead && lead != breathedLead || carriedLeads[final] < 0 {
		return 0, false
	}
	return uint8(carriedLeads[final]), true
}

// DrawnOut reports whether a syllable only lengthens the vowel of the previous one: 시이발.
func DrawnOut(before, s Syllable) bool {
	return before.Final == 0 && s.Lead == silentLead && s.Vowel == before.Vowel
}

// FinalLead returns the class of the lead that a final becomes before another syllable; ok is
// false for a final that begins none.
func FinalLead(final uint8) (lead uint8, ok bool) {
	switch final {
	case 1:
		return leadClass[0], true
	case StoppedFinal:
		return leadClass[9], true
	}
	return 0, false
}

// InitialOf returns the index among the leads, in the order of Unicode, of a separate
// consonant; −1 for anything else.
func InitialOf(r rune) int {
	if !IsJamo(r) {
		return -1
	}
	return jamoIndex(leads, r)
}

// LeadOf returns the class of the lead with this index.
func LeadOf(initial int) uint8 { return leadClass[initial] }

// LatinInitials returns the indexes of the leads that a Latin letter stands for when mixed
// into Korean.
func LatinInitials(r rune) []int {
	if r < 'a' || r > 'z' {
		return nil
	}
	var out []int
	for _, lead := range latinLeads[r-'a'] {
		out = append(out, slices.Index(leads, lead))
	}
	return out
}

// latinLeads are the consonants of each letter from a to z.
var latinLeads = [26]string{
	1: "ㅂ", 2: "ㅊㅆ", 3: "ㄷ", 6: "ㄱ", 7: "ㅎ", 9: "ㅈ", 10: "ㅋㄲ", 11: "ㄹ", 12: "ㅁ", 13: "ㄴ", 15: "ㅍ",
	17: "ㄹ", 18: "ㅅ", 19: "ㅌ", 25: "ㅈ",
}
