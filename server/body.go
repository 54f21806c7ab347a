package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"danmaku/room"
)

// bodyError reports a request whose body did not arrive whole: the client's fault, and not
// worth a log line.
type bodyError struct{ late bool }

// Error returns what was wrong.
func (e *bodyError) Error() string {
	if e.late {
		return "The body of the request did not come in time."
	}
	return "The body of the request is shorter than its Content-Length says."
}

func (e *bodyError) status() int {
	if e.late {
		return http.StatusRequestTimeout
	}
	return http.StatusBadRequest
}

// readBody reads the body of a request. Errors: *http.MaxBytesError, *bodyError.
func readBody(c echo.Context) ([]byte, error) {
	b, err := io.ReadAll(c.Request().Body)
	if large := (*http.MaxBytesError)(nil); errors.As(err, &large) {
		return nil, large
	}
	if err != nil {
		return nil, &bodyError{late: errors.Is(err, os.ErrDeadlineExceeded)}
	}
	return b, nil
}

// readForm reads the body of a form before anything else happens, so that a body that never
// arrives costs no page. Errors are those of readBody.
func readForm(c echo.Context) error {
	b, err := readBody(c)
	c.Request().Body = io.NopCloser(bytes.NewReader(b))
	return err
}

// isJSON reports whether a media type is JSON, or a kind of it (RFC 6839).
func isJSON(mediaType string) bool {
	return mediaType == "application/json" || mediaType == "text/json" ||
		strings.HasPrefix(mediaType, "application/") && strings.HasSuffix(mediaType, "+json")
}

// readJSON reads a body of one JSON object. It accepts only JSON, since a form on another
// site can send everything else. Errors are those of readBody, and room.ErrBadFrame with a
// sentence that names the header or the field.
func readJSON(c echo.Context, into any) error {
	kind := c.Request().Header.Get("Content-Type")
	if t, _, err := mime.ParseMediaType(kind); err != nil || !isJSON(t) {
		if kind == "" {
			return room.Explain(room.ErrBadFrame, "The header Content-Type is missing. Send Content-Type: application/json.")
		}
		return room.Explain(room.ErrBadFrame, "The header Content-Type is %.80q. Send Content-Type: application/json.", kind)
	}
	b, err := readBody(c)
	if err != nil {
		return err
	}
	return decodeJSON(b, into)
}

// decodeJSON is decodeValue for a body.
func decodeJSON(b []byte, into any) error { return decodeValue("The body", b, into) }

// decodeValue decodes one JSON value, with or without a UTF-8 byte order mark. Its errors
// are room.ErrBadFrame with a sentence that starts with what.
func decodeValue(what string, b []byte, into any) error {
	b = bytes.TrimPrefix(b, []byte("\ufeff"))
	if !utf8.Valid(b) {
		return room.Explain(room.ErrBadFrame, "%s is not valid UTF-8.", what)
	}
	err := json.Unmarshal(b, into)
	var wrong *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &wrong) && wrong.Field != "":
		return room.Explain(room.ErrBadFrame, "%s: send %s, not JSON %s", wrong.Field, kindName(wrong), wrong.Value)
	case errors.As(err, &wrong):
		return room.Explain(room.ErrBadFrame, "%s is a JSON %s. Send one JSON object.", what, wrong.Value)
	case errors.As(err, &syntax):
		return room.Explain(room.ErrBadFrame, "%s is not valid JSON at byte %d: %v.", what, syntax.Offset, syntax)
	}
	return room.Explain(room.ErrBadFrame, "%s is not one JSON object: %v.", what, err)
}

// kindName returns the JSON name of the type that a field accepts.
func kindName(e *json.UnmarshalTypeError) string {
	switch name := fmt.Sprint(e.Type.Kind()); name {
	case "string":
		return "a string"
	case "bool":
		return "true or false"
	case "slice", "array":
		return "an array"
	case "map", "struct", "ptr":
		return "an object"
	default:
		return "a number"
	}
}

// readOptionalJSON is readJSON where the body may be left out.
func readOptionalJSON(c echo.Context, into any) error {
	if c.Request().ContentLength == 0 {
		return nil
	}
	return readJSON(c, into)
}
