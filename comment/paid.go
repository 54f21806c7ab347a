package comment

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Paid is an author's payment for a comment.
type Paid struct {
	Micros   int64  // amount in millionths of Currency
	Currency string // ISO 4217, or a platform's unit such as "BITS"
	Level    int    // 1 to 5: how much emphasis it deserves
}

// MaxCurrencyLen is the most letters of a currency.
const MaxCurrencyLen = 12

// Valid reports whether a payment can be stored and shown.
func (p Paid) Valid() bool {
	if p.Micros < 0 || p.Level < 1 || p.Level > 5 || p.Currency == "" || len(p.Currency) > MaxCurrencyLen {
		return false
	}
	for i := range len(p.Currency) {
		if c := p.Currency[i]; (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '_' {
			return false
		}
	}
	return true
}

// signs are the symbols of currencies. Other currencies are written with their code.
var signs = map[string]string{
	"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "CNY": "CN¥", "KRW": "₩", "INR": "₹", "TWD": "NT$", "HKD": "HK$", "CAD": "CA$",
	"AUD": "A$", "NZD": "NZ$", "BRL": "R$", "MXN": "MX$", "VND": "₫", "THB": "฿", "PHP": "₱", "RUB": "₽",
}

// String returns the amount as people write it: "¥500", "$5.00", "PLN 10.50", "500 bits".
// It is the text of a payment without a message.
func (p Paid) String() string {
	whole, part := p.Micros/1_000_000, p.Micros%1_000_000/10_000
	amount := strconv.FormatInt(whole, 10)
	if part > 0 {
		amount = fmt.Sprintf("%s.%02d", amount, part)
	}
	switch p.Currency {
	case "BITS", "POINTS":
		return amount + " " + strings.ToLower(p.Currency)
	case "":
		return amount
	}
	if part == 0 && (p.Currency == "USD" || p.Currency == "EUR" || p.Currency == "GBP") {
		amount += ".00"
	}
	if sign := signs[p.Currency]; sign != "" {
		return sign + amount
	}
	return p.Currency + " " + amount
}

// Emote is a picture that replaces a part of a comment's text. Where pictures are off, the
// text shows its name.
type Emote struct {
	From, To int    // code points of the text: [From, To)
	Name     string // without colons
	Picture  string // path on this server; empty when there is none
}

// MaxEmotes is how many emotes of a comment are stored.
const MaxEmotes = 50

// maxEmoteName and maxEmotePicture bound an emote, in bytes.
const maxEmoteName, maxEmotePicture = 64, 200

// moveEmotes returns the emotes at their positions after raw has become text, which is the
// clean form of raw or a prefix of it. It drops emotes that are no longer there, overlap
// another or are out of bounds.
func moveEmotes(emotes []Emote, raw, text string) []Emote {
	if len(emotes) == 0 {
		return nil
	}
	from, length := []rune(raw), utf8.RuneCountInString(text)
	whole := []rune(text)
	var out []Emote
	end := 0
	for _, e := range emotes {
		if e.From < 0 || e.To <= e.From || e.To > len(from) || len(e.Name) > maxEmoteName || len(e.Picture) > maxEmotePicture || !utf8.ValidString(e.Name) {
			continue
		}
		said := string(from[e.From:e.To])
		// A trailing letter preserves the spaces before it.
		e.From = utf8.RuneCountInString(clean(string(from[:e.From])+"x")) - 1
		e.To = e.From + utf8.RuneCountInString(norm.NFC.String(said))
		if e.From < end || e.To > length || string(whole[e.From:e.To]) != norm.NFC.String(said) {
			continue
		}
		if end = e.To; len(out) < MaxEmotes {
			out = append(out, e)
		}
	}
	return out
}

// Masked returns the emotes of a text that are still in its masked form: those that no rule
// covered.
func Masked(emotes []Emote, text, masked string) []Emote {
	was, is := []rune(text), []rune(masked)
	if len(was) != len(is) {
		return nil // positions have changed
	}
	return slices.DeleteFunc(slices.Clone(emotes), func(e Emote) bool {
		return e.To > len(was) || string(was[e.From:e.To]) != string(is[e.From:e.To])
	})
}

// Fit cuts another program's draft to a place's limits: its name, and its text, which then
// ends with an ellipsis. Emotes stay with their words.
func (d Draft) Fit(l Limits) Draft {
	d.Name = Clip(OneLine(cutBytes(d.Name, MaxTextBytes)), MaxNameLen, MaxNameBytes)
	raw := cutBytes(d.Text, 4*MaxTextBytes)
	text := clean(raw)
	if len(raw) == len(d.Text) && Graphemes(text) <= l.MaxLength && len(text) <= MaxTextBytes {
		return d
	}
	const ellipsis = "…"
	kept := Clip(text, l.MaxLength-1, MaxTextBytes-len(ellipsis))
	d.Emotes = moveEmotes(d.Emotes, raw, kept)
	d.Text = kept + ellipsis
	return d
}
