package export_test

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/google/go-cmp/cmp"
)

// FuzzRead reads any input, whole and byte by byte, plain and packed.
func FuzzRead(f *testing.F) {
	files, err := filepath.Glob("testdata/imports/*")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(b))
	}
	f.Add(string(protobufElement("x", map[protowire.Number]uint64{2: 5, 3: 1})))
	f.Fuzz(func(t *testing.T, in string) {
		readTwice(t, in, read)
		if items, _, err := readStrictly(strings.NewReader(in)); err == nil {
			lenient, _, err := read(strings.NewReader(in))
			if d := cmp.Diff(items, lenient); err != nil || d != "" {
				t.Fatalf("a well-formed file is read differently: %v\n%s", err, d)
			}
		}
	})
}

// FuzzXML compares with package encoding/xml: strict reading accepts what that accepts as
// well-formed, with the same texts.
func FuzzXML(f *testing.F) {
	f.Add("\ufeff<?xml version='1.0'?>\r\n<i>" + bilibiliElement(1.5, "3", "x&#2;<b>y</b>") + bilibiliElement(1, "2", "&lt;") + "<x><d p='7'>n</d></x></i>")
	f.Add("<i><d p='" + good + "' user='&quot;&#65;'><![CDATA[x</d>]]>\r\n</d><!-- - --><?pi?></i>")
	f.Add("<i><d p='1' a=\"'\"><b c='>'>x</b><e/></d></i>")
	f.Fuzz(func(t *testing.T, in string) {
		var oracle struct {
			XMLName xml.Name
			D       []struct {
				Text string `xml:",innerxml"`
			} `xml:"d"`
		}
		// A declaration within an element is not XML, but package encoding/xml accepts it.
		declared := strings.Count(in, "<!") > strings.Count(in, "<!--")+strings.Count(in, "<![CDATA[")
		if declared || strings.ContainsAny(in, "\x7f:") || xml.Unmarshal([]byte(in), &oracle) != nil || oracle.XMLName.Local != "i" || wellFormed(in) != nil {
			t.Skip("encoding/xml does not decide about this input")
		}
		if _, report, err := readStrictly(strings.NewReader(in)); err != nil || len(report.Notes) > 0 && report.Notes[0].Code == "repaired" {
			t.Fatalf("it is well-formed, got: %v, %+v", err, report)
		}
	})
}

// wellFormed reads an XML document to its end; Unmarshal would read only the first element.
func wellFormed(in string) error {
	dec := xml.NewDecoder(strings.NewReader(in))
	depth, ended := 0, false
	for {
		switch tok, err := dec.Token(); tok := tok.(type) {
		case xml.StartElement:
			if ended {
				return errors.New("two roots")
			}
			depth++
		case xml.EndElement:
			depth--
			ended = depth == 0
		case xml.CharData:
			if depth == 0 && strings.Trim(string(tok), " \t\r\n\ufeff") != "" {
				return errors.New("text")
			}
		case nil:
			if err == io.EOF {
				return nil
			}
			return err
		}
	}
}
