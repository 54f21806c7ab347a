package export

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"danmaku/comment"
	"danmaku/room"
)

// jsonRow is one line of JSON Lines. The names never change.
type jsonRow struct {
	Seq      int64          `json:"seq"`
	ID       string         `json:"id"`
	Room     string         `json:"room"`
	TS       string         `json:"ts"` // RFC 3339, milliseconds, UTC
	OffsetMS int64          `json:"offset_ms"`
	Text     string         `json:"text"`
	Name     string         `json:"name"`
	Sender   string         `json:"sender"` // pseudonym
	Mode     comment.Mode   `json:"mode"`
	Color    string         `json:"color"`
	Size     comment.Size   `json:"size"`
	Status   comment.Status `json:"status"`
	Rule     string         `json:"rule"`
	Source   comment.Source `json:"source"`

	PaidMicros   int64  `json:"paid_micros,omitempty"` // millionths of the currency
	PaidCurrency string `json:"paid_currency,omitempty"`
	PaidLevel    int    `json:"paid_level,omitempty"`
	Emotes       string `json:"emotes,omitempty"` // "0-5 Kappa, …" in code points of the text
}

// stampLayout is RFC 3339 with milliseconds.
const stampLayout = "2006-01-02T15:04:05.000Z07:00"

// toJSONRow returns the row of a comment; it never contains the text from before masking.
func toJSONRow(roomID string, row room.Row, offset time.Duration) jsonRow {
	r := jsonRow{
		Seq: row.Seq, ID: row.ID.String(), Room: roomID, TS: row.At.UTC().Format(stampLayout),
		OffsetMS: offset.Milliseconds(), Text: row.Text, Name: row.Name, Sender: row.User,
		Mode: row.Mode, Color: row.Color, Size: row.Size, Status: row.Status, Rule: row.Rule, Source: row.Source,
	}
	if p := row.Paid; p != nil {
		r.PaidMicros, r.PaidCurrency, r.PaidLevel = p.Micros, p.Currency, p.Level
	}
	var emotes []string
	for _, e := range row.Emotes {
		emotes = append(emotes, fmt.Sprintf("%d-%d %s", e.From, e.To, e.Name))
	}
	r.Emotes = strings.Join(emotes, ", ")
	return r
}

// jsonWriter writes the format that [ReadJSONLines] reads.
type jsonWriter struct {
	room string
	enc  *json.Encoder
}

func newJSONWriter(opt Options, _ *Summary) encoder { return &jsonWriter{room: opt.Room} }

func (j *jsonWriter) begin(w *bufio.Writer) error {
	j.enc = json.NewEncoder(w)
	j.enc.SetEscapeHTML(false)
	return nil
}

func (j *jsonWriter) add(_ *bufio.Writer, row room.Row, offset time.Duration) error {
	return j.enc.Encode(toJSONRow(j.room, row, offset))
}

func (j *jsonWriter) end(*bufio.Writer) error { return nil }

// csvWriter writes RFC 4180 with the columns of JSON Lines.
type csvWriter struct {
	room string
	enc  *csv.Writer
}

func newCSVWriter(opt Options, _ *Summary) encoder { return &csvWriter{room: opt.Room} }

func (c *csvWriter) begin(w *bufio.Writer) error {
	c.enc = csv.NewWriter(w)
	c.enc.UseCRLF = true
	return c.enc.Write([]string{"seq", "id", "room", "ts", "offset_ms", "text", "name", "sender",
		"mode", "color", "size", "status", "rule", "source", "paid_micros", "paid_currency", "paid_level", "emotes"})
}

func (c *csvWriter) add(_ *bufio.Writer, row room.Row, offset time.Duration) error {
	r := toJSONRow(c.room, row, offset)
	return c.enc.Write([]string{
		strconv.FormatInt(r.Seq, 10), r.ID, r.Room, r.TS, strconv.FormatInt(r.OffsetMS, 10), cell(r.Text), cell(r.Name),
		cell(r.Sender), string(r.Mode), cell(r.Color), string(r.Size), string(r.Status), cell(r.Rule), string(r.Source),
		unlessZero(r.PaidMicros), r.PaidCurrency, unlessZero(int64(r.PaidLevel)), cell(r.Emotes),
	})
}

// unlessZero formats a number, or returns "" for 0.
func unlessZero(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

func (c *csvWriter) end(*bufio.Writer) error {
	c.enc.Flush()
	return c.enc.Error()
}

// cell keeps a spreadsheet from reading a text as a formula: a text that begins with a formula
// character gets a leading quote. The full-width characters are included, because a
// spreadsheet in an East Asian language accepts them too
// (owasp.org/www-community/attacks/CSV_Injection).
func cell(s string) string {
	if s == "" {
		return s
	}
	// A quote before such a character gets another one, so that a reader can remove it.
	if strings.ContainsAny(s[:1], "=+-@\t\r\n") || s[0] == '\'' && cell(s[1:]) != s[1:] {
		return "'" + s
	}
	for _, sign := range []string{"＝", "＋", "－", "＠"} {
		if strings.HasPrefix(s, sign) {
			return "'" + s
		}
	}
	return s
}
