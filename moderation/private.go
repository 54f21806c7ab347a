package moderation

import (
	"regexp"
	"strconv"
	"strings"

	"danmaku/comment"

	"golang.org/x/text/unicode/norm"
)

// number matches how the number of a house is written in Chinese and Japanese.
const number = `[0-9〇零一二三四五六七八九十百两]{1,6}`

// hinted is an expression that can match only texts with one of the hints, which are separated
// by spaces. Searching for these first spares most texts the expression.
type hinted struct {
	hints string
	re    *regexp.Regexp
}

func (h hinted) matches(text string) bool {
	if h.hints == "" {
		return h.re.MatchString(text)
	}
	for hint := range strings.FieldsSeq(h.hints) {
		if strings.Contains(text, hint) {
			return h.re.MatchString(text)
		}
	}
	return false
}

// Home addresses, by language. A street and a number need a word for living or a second part
// of the address beside them: people speak about places, too.
var homes = []hinted{
	// China: district, street, number; number, building, room.
	{`区 區 县 縣 镇 鎮 市 乡 鄉 旗`, regexp.MustCompile(`\p{Han}{1,8}(?:区|區|县|縣|镇|鎮|市|乡|鄉|旗)\p{Han}{1,10}(?:路|街|道|巷|弄|胡同|村|里|苑|园|園|花园|小区|段)` + number + `(?:号|號|弄|栋|棟|幢|座|组|組)`)},
	{`栋 棟 幢 号 號 座 单元 單元`, regexp.MustCompile(number + ` ?(?:栋|棟|幢|号楼|號樓|座|单元|單元) ?-?` + number + ` ?(?:单元|單元|室|号|號|房|户|戶|楼|樓|层|層)`)},
	{`路 街 巷 弄 小区 小區 花园 苑`, regexp.MustCompile(`\p{Han}{2,8}(?:路|街|巷|弄|小区|小區|花园|苑)` + number + `(?:号|號|弄|栋|棟|幢)` + number + `(?:室|号|號|楼|樓|单元|單元|栋|幢)`)},
	{`住 地址 家在 老家`, regexp.MustCompile(`(?:住在?|住址|地址|家在|老家)[是:： ]{0,2}\p{Han}{2,16}(?:路|街|道|巷|弄|胡同|村|小区|小區)\p{Han}{0,4}` + number + `(?:号|號|弄|栋|棟|幢|楼|樓)`)},
	// Japan: ward, block; the postcode sign.
	{`市 区 町 村 郡`, regexp.MustCompile(`(?:市|区|町|村|郡)[\p{Han}\p{Hiragana}\p{Katakana}ヶケノー]{1,10}` + number + `(?:丁目|番地?|ー` + number + `|[-−‐]` + number + `[-−‐]` + number + `)`)},
	{`〒`, regexp.MustCompile(`〒 ?[0-9]{3}[-−‐ー]?[0-9]{4}`)},
	{`住所 自宅 家`, regexp.MustCompile(`(?:住所|自宅|家)[はがも:： ]{1,2}.{1,16}` + number + `(?:丁目|番地?|号|[-−‐]` + number + `)`)},
	// Korea.
	{`로 길 동 읍 면 리`, regexp.MustCompile(`[가-힣]{2,6}(?:시|도|구|군) [가-힣 ]{0,10}[가-힣0-9]{1,8}(?:로|길|동|읍|면|리) ?[0-9]{1,4}(?:번길|번지|-[0-9]+)?`)},
	{`주소 사는 집`, regexp.MustCompile(`(?:주소|사는 ?곳|집)[은는이가:： ]{0,2} ?[가-힣 ]{2,16}[0-9]{1,4}(?:번지|호|동)`)},
	{`아파트`, regexp.MustCompile(`[가-힣]{2,8}아파트 ?[0-9]{1,4}동 ?[0-9]{1,4}호`)},
	// English, German, French, Spanish, Portuguese, Italian, Russian and more.
	{`street st road rd ave lane ln drive dr blvd boulevard court ct way place pl terrace close crescent square sq highway hwy parkway`, regexp.MustCompile(`\b(?:lives?|living|stays?|staying|address|home|house|located|resides?|residence|apartment|find (?:him|her|them) at)\b.{0,24}?\b[0-9]{1,5}[a-z]? (?:[nsew]\.? )?(?:[a-z']+ ){1,3}(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|blvd|boulevard|court|ct|way|place|pl|terrace|close|crescent|square|sq|highway|hwy|parkway)\b`)},
	{`street st road rd ave lane ln drive dr blvd boulevard court ct`, regexp.MustCompile(`\b[0-9]{1,5} (?:[a-z']+ ){1,3}(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|blvd|boulevard|court|ct),? (?:apt|apartment|unit|suite|#|[a-z ]{2,20},? [a-z]{2} [0-9]{5})`)},
	{`wohn adresse zuhause lebt`, regexp.MustCompile(`\b(?:wohnt|wohne|adresse|zuhause|lebt)\b.{0,24}(?:straße|strasse|str\.?|weg|gasse|allee|platz|ring|damm)[ ]?[0-9]{1,4}[a-z]?\b`)},
	{`straße strasse str. weg gasse allee platz`, regexp.MustCompile(`\b[a-zäöüß-]{3,}(?:straße|strasse|str\.|weg|gasse|allee|platz) [0-9]{1,4}[a-z]?,? [0-9]{5} [a-zäöü]{3}`)},
	{`rue avenue boulevard impasse chemin quai allée`, regexp.MustCompile(`\b[0-9]{1,4}(?: bis| ter)?,? (?:rue|avenue|boulevard|impasse|chemin|quai|allée) [^0-9]{2,30} [0-9]{5} \pL{3}`)},
	{`calle avenida plaza`, regexp.MustCompile(`\b(?:calle|avenida|plaza) [^0-9]{2,30},? (?:n[º°.] ?)?[0-9]{1,4},? ?(?:[0-9]{1,2} ?[ºo]\b|piso [0-9]|[0-9]{5} \pL{3})`)},
	{`дом д. ул.`, regexp.MustCompile(`(?:улица|ул\.|проспект|переулок)[^0-9]{1,24}(?:дом|д\.) ?[0-9]{1,4}|ул\. ?[а-яё]{4,},? [0-9]{1,4}(?:$|[^0-9а-яё])`)},
	{`ul.`, regexp.MustCompile(`\bul\. ?\pL{3,}(?: \pL+)? [0-9]{1,4}[a-z]?(?:/[0-9]{1,4}|,? (?:[0-9]{2}-[0-9]{3} )?\pL{4,})`)},
	{`ave rd blvd`, regexp.MustCompile(`\b[0-9]{2,5} (?:[nsew]\.? )?[a-z0-9']{3,} (?:ave|rd|blvd)\.?(?: (?:[ns][ew]?|[ew]))?, [a-z]{3,}`)},
	{`street st road rd ave lane drive`, regexp.MustCompile(`\b[0-9]{1,4}[a-z]? (?:[a-z']+ ){1,3}(?:street|st|road|rd|avenue|ave|lane|drive),? (?:[a-z]{3,},? )?[a-z]{1,2}[0-9][0-9a-z]? [0-9][a-z]{2}\b`)},
	{`via viale piazza corso`, regexp.MustCompile(`\b(?:via|viale|piazza|corso) [^0-9]{2,30},? [0-9]{1,4}[a-z]?,? [0-9]{5} \pL{3}`)},
	{`rua avenida travessa`, regexp.MustCompile(`\b(?:rua|avenida|travessa) [^0-9]{3,30},? [0-9]{1,5}, ?(?:ap|bloco|casa|[0-9]{5}-?[0-9]{3}|\pL{3,} \pL{4,})`)},
	{`cad sok`, regexp.MustCompile(`\pL{3,} (?:cad|caddesi|sok|sokak|sokağı)\.?,? no ?[:.]? ?[0-9]{1,4}`)},
	{`đường phố ngõ`, regexp.MustCompile(`[0-9]{1,4}[a-z]?,? (?:đường|phố|ngõ) .{2,30}(?:quận|huyện|phường)`)},
	{`jl jalan`, regexp.MustCompile(`\b(?:jl|jalan)\.? ?[^0-9]{3,30},? ?no\.? ?[0-9]{1,4}`)},
	{`жив`, regexp.MustCompile(`жив(?:[её]т|у) (?:на|в|по) [^0-9]{3,24} [0-9]{1,4},? ?(?:кв|подъезд|этаж)`)},
	{`habite adresse domicile vit`, regexp.MustCompile(`\b(?:habite|adresse|domicile|vit)\b.{0,16}[0-9]{1,4},? (?:bis )?(?:rue|avenue|boulevard|impasse|chemin|place|allee|quai|route)\b`)},
	{`viv direccion domicilio mor endereco abita indirizzo mieszka adres alamat tinggal`, regexp.MustCompile(`\b(?:vive|vivo|direccion|domicilio|mora|moro|endereco|abita|indirizzo|mieszka|adres|alamat|tinggal)\b.{0,16}(?:calle|c/|avenida|av\.|plaza|carrera|rua|travessa|via|viale|piazza|ul\.?|ulica|aleja|jl\.?|jalan|gang|sokak|caddesi).{0,24}[0-9]{1,5}`)},
	{`ул ули проспект пр переулок пер шоссе бульвар`, regexp.MustCompile(`(?:жив[её]т|живу|адрес|прожива).{0,24}(?:ул\.?|улица|улице|проспект|пр-т|пр\.|переулок|пер\.|шоссе|бульвар).{1,24}[0-9]{1,4}|(?:ул\.|улица|проспект|переулок) ?[а-яё -]{3,24},? ?(?:д\.?|дом)? ?[0-9]{1,4}.{0,8}(?:кв|квартира|подъезд)`)},
	{`live address home house`, regexp.MustCompile(`\b[a-z]{1,2}[0-9][0-9a-z]? [0-9][a-z]{2}\b.{0,30}\b(?:lives?|address|home|house)\b|\b(?:lives?|address|home|house)\b.{0,30}\b[a-z]{1,2}[0-9][0-9a-z]? [0-9][a-z]{2}\b`)},
}

// Numbers of papers and cars, and personal IP addresses.
var papers = []hinted{
	{`京 津 沪 渝 冀 豫 云 辽 黑 湘 皖 鲁 新 苏 浙 赣 鄂 桂 甘 晋 蒙 陕 吉 闽 贵 粤 青 藏 川 宁 琼`, regexp.MustCompile(`(?:^|[^\p{Han}]|车牌|車牌|牌照|号牌|车牌号码?|車牌號碼?|是|开|的)[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][a-hj-np-z][ ·•・.-]?[a-z0-9]*[0-9][a-z0-9]*[0-9][a-z0-9]*[0-9][a-z0-9]*`)},
	{``, regexp.MustCompile(`\p{Han}{2,3} ?[0-9]{2,3} ?[あ-ん] ?[0-9]{1,2}[-−・ ]?[0-9]{2}`)},
	{``, regexp.MustCompile(`^[0-9]{2,3}[가나다라마거너더러머버서어저고노로모보소오조구누두루무부우아바사자배허하] ?[0-9]{4}$`)},
	{``, regexp.MustCompile(`(?:^|[^а-яa-z0-9])[авекмнорстух][0-9]{3}[авекмнорстух]{2} ?[0-9]{2,3}(?:$|[^0-9a-z])`)},
	{`번호 차량`, regexp.MustCompile(`(?:번호판|차량|차 ?번호)[은는이가:： ]{0,2} ?[0-9]{2,3} ?[가-힣] ?[0-9]{4}`)},
	{`plate kennzeichen plaque matricula номер`, regexp.MustCompile(`\b(?:license plate|number plate|plate number|licence plate|kennzeichen|plaque|matricula|госномер|номер машины)\b?.{0,8}[a-zа-я0-9]{1,4}[ -]?[a-zа-я0-9]{2,4}[ -]?[a-zа-я0-9]{0,4}[0-9]`)},
	{`ssn social passport паспорт insurance nin nric licen ausweis sin cpf curp dni nie pesel снилс инн aadhaar pan 护照 護照 passeport`, regexp.MustCompile(`\b(?:ssn|social security|passport|паспорт|national insurance|nino?|nric|driver'?s licen[sc]e|personalausweis|sin|cpf|curp|dni|nie|pesel|снилс|инн|aadhaar|pan card|护照|護照|passeport)\b?.{0,6}?[a-z]{0,2}[0-9]{2,}[0-9 .\-/]{3,}`)},
	{`照 证 證 社保 号 號`, regexp.MustCompile(`(?:护照|護照|台胞证|驾照|駕照|身份证|身分證|社保|学号|學號|工号).{0,4}[a-z]{0,2}[0-9]{6,}`)},
	{`-`, regexp.MustCompile(`(?:^|[^0-9])[0-9]{6}-[1-8][0-9]{6}(?:$|[^0-9])`)},
	{`-`, regexp.MustCompile(`(?:^|[^0-9])[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}(?:$|[^0-9])`)},
	{`-`, regexp.MustCompile(`(?:^|[^0-9])[0-9]{3}-[0-9]{2}-[0-9]{4}(?:$|[^0-9])`)},
	{` ip`, regexp.MustCompile(`\b(?:his|her|their|your|ur|my|the|s) ip\b.{0,12}[0-9]{1,3}(?:\.[0-9]{1,3}){3}`)},
}

var (
	coordinates = regexp.MustCompile(`(?:^|[^0-9.])(-?[0-9]{1,3}\.[0-9]{4,})°? ?[ns]?[,;/ ] ?(?:[ew]|东经|東經|東経|西经|西經|西経)?(-?[0-9]{1,3}\.[0-9]{4,})`)
	degrees     = regexp.MustCompile(`[0-9]{1,2}° ?[0-9]{1,2}[′'’] ?[0-9.]*[″"”]? ?[ns北南].{0,3}?[0-9]{1,3}° ?[0-9]{1,2}[′'’]`)
	iban        = regexp.MustCompile(`\b[a-z]{2}[0-9]{2}(?: ?[a-z0-9]{4}){2,7}(?: ?[a-z0-9]{1,4})?\b`)
)

// private holds text that could lead strangers to a person: an address, the number of papers
// or of a car, coordinates, a bank account.
func private(t *Text) comment.Verdict {
	n := 0
	for _, r := range t.Written {
		if '0' <= r && r <= '9' || hanDigit(r) >= 0 || r == '十' || 0xFF10 <= r && r <= 0xFF19 {
			n++
		}
	}
	if n == 0 || len(t.Written) < 8 {
		return comment.Verdict{}
	}
	text := strings.ToLower(norm.NFKC.String(t.Written))
	for _, list := range [][]hinted{homes, papers} {
		for _, h := range list {
			if h.matches(text) {
				return comment.Verdict{Action: comment.Hold}.Because(comment.ReasonPrivate, comment.FormWritten)
			}
		}
	}
	if n < 8 {
		return comment.Verdict{}
	}
	if isPlace(text) || isIBAN(text) {
		return comment.Verdict{Action: comment.Hold}.Because(comment.ReasonPrivate, comment.FormWritten)
	}
	return comment.Verdict{}
}

// isPlace recognizes latitude and longitude with enough digits to find a house.
func isPlace(text string) bool {
	m := coordinates.FindStringSubmatch(text)
	if m == nil {
		return degrees.MatchString(text)
	}
	a, _ := strconv.ParseFloat(m[1], 64)
	b, _ := strconv.ParseFloat(m[2], 64)
	return -90 <= a && a <= 90 && -180 <= b && b <= 180 && (a > 1 || a < -1) && (b > 1 || b < -1)
}

// isIBAN recognizes an account number by its check digits (ISO 13616).
func isIBAN(text string) bool {
	for _, found := range iban.FindAllString(text, 3) {
		s := strings.ReplaceAll(found, " ", "")
		if len(s) < 15 || len(s) > 34 {
			continue
		}
		rest := 0
		for _, c := range s[4:] + s[:4] {
			if c >= 'a' {
				rest = (rest*100 + int(c-'a') + 10) % 97
			} else {
				rest = (rest*10 + int(c-'0')) % 97
			}
		}
		if rest == 1 {
			return true
		}
	}
	return false
}
