package moderation_test

import (
	"testing"

	"danmaku/moderation"
)

func TestLanguage(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "😀 123": "", "你好，主播唱得真好": "zh", "这个 bug 很大": "zh", "かわいい": "ja", "東京に行きたい": "ja", "次はどのゲームですか OK": "ja",
		"안녕하세요": "ko", "สวัสดี": "th", "مرحبا": "ar", "שלום": "he", "καλημέρα": "el", "नमस्ते": "hi",
		"what is the name of this song": "en", "das ist nicht die ganze Wahrheit": "de", "je ne sais pas ce que tu veux": "fr",
		"no sé qué quieres decir con eso": "es", "я не знаю что это такое": "ru", "я не розумію що це таке і як": "uk", "xqzt": "",
	} {
		if got := moderation.Language(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
