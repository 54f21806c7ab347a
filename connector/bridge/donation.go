package bridge

import (
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"danmaku/connector"
)

var amount = regexp.MustCompile(`[0-9][0-9.,' \x{a0}]*`)

// currencies are the symbols that tools put before or after an amount.
var currencies = []struct{ sign, code string }{
	{"US$", "USD"}, {"CA$", "CAD"}, {"A$", "AUD"}, {"HK$", "HKD"}, {"NT$", "TWD"}, {"R$", "BRL"}, {"MX$", "MXN"}, {"NZ$", "NZD"},
	{"€", "EUR"}, {"£", "GBP"}, {"CN¥", "CNY"}, {"元", "CNY"}, {"円", "JPY"}, {"¥", "JPY"}, {"₩", "KRW"}, {"₹", "INR"}, {"₽", "RUB"},
	{"S$", "SGD"}, {"₺", "TRY"}, {"₴", "UAH"}, {"₪", "ILS"}, {"Rp", "IDR"}, {"₫", "VND"}, {"฿", "THB"}, {"₱", "PHP"}, {"zł", "PLN"}, {"$", "USD"},
}

var code = regexp.MustCompile(`\b[A-Z]{3}\b`)

// Donation parses an amount as tools write it for people: "$5.00", "500 bits", "1.234,50
// €". If value is a number, it is preferred; text names the currency. It returns nil for
// text without an amount.
func Donation(value, text string) *connector.Paid {
	value, text = norm.NFKC.String(value), norm.NFKC.String(text) // full-width digits and symbols
	found := amount.FindString(value)
	if found == "" {
		found = amount.FindString(text)
	}
	micros, ok := parseAmount(found)
	if !ok || micros <= 0 {
		return nil
	}
	p := &connector.Paid{Micros: micros, Currency: "POINTS"}
	lower := strings.ToLower(text)
	switch {
	case strings.Contains(lower, "bit"):
		p.Currency = "BITS"
	case code.MatchString(text):
		p.Currency = code.FindString(text)
	default:
		for _, c := range currencies {
			if strings.Contains(text, c.sign) {
				p.Currency = c.code
				break
			}
		}
	}
	p.Level = levelOf(p)
	return p
}

// parseAmount parses a number with separators of either convention: the last . or , with
// one or two digits after it is the decimal separator, the others group.
func parseAmount(s string) (micros int64, ok bool) {
	s = strings.Map(func(r rune) rune {
		if r == ' ' || r == '\'' || r == '\u00a0' {
			return -1
		}
		return r
	}, strings.TrimRight(s, ".,' \u00a0"))
	whole, part := s, ""
	if i := strings.LastIndexAny(s, ".,"); i >= 0 && len(s)-i-1 <= 2 {
		whole, part = s[:i], s[i+1:]
	}
	whole = strings.NewReplacer(".", "", ",", "").Replace(whole)
	if len(whole) > 12 {
		return 0, false
	}
	n, err := strconv.ParseInt(whole+(part + "000000")[:6], 10, 64)
	return n, err == nil
}

// perDollar is roughly how many units of a currency make a US dollar. It only determines
// the emphasis of a message.
var perDollar = map[string]float64{
	"BITS": 100, "POINTS": 100, "JPY": 150, "KRW": 1_400, "CNY": 7, "TWD": 32, "HKD": 8, "INR": 85, "RUB": 90, "VND": 25_000,
	"THB": 34, "PHP": 57, "BRL": 5.5, "MXN": 18, "PLN": 4, "TRY": 34, "UAH": 41, "IDR": 16_000, "SEK": 10.5, "NOK": 11, "DKK": 7, "CZK": 23, "HUF": 370, "CLP": 950, "ARS": 1_000, "COP": 4_100,
}

func levelOf(p *connector.Paid) int {
	rate := perDollar[p.Currency]
	if rate == 0 {
		rate = 1
	}
	dollars := float64(p.Micros) / 1e6 / rate
	level := 1
	for _, from := range []float64{5, 20, 50, 100} {
		if dollars >= from {
			level++
		}
	}
	return level
}
