package server

import (
	"encoding"
	"encoding/json"
	"reflect"
	"slices"
	"strings"

	"danmaku/room"
)

// object is an answer or a body without its own type: names, and values of the fields'
// types. A name that ends in ? is optional.
type object map[string]any

// schemas collects JSON Schemas of types, for references from elsewhere.
type schemas map[string]any

// of describes the type of a value. In an answer, the fields that are always present are
// required; in a body, none is.
func (s schemas) of(v any, answered bool) map[string]any {
	l, ok := v.(object)
	if !ok {
		return s.ofType(reflect.TypeOf(v), answered)
	}
	properties, required := map[string]any{}, []string{}
	for name, value := range l {
		bare, optional := strings.CutSuffix(name, "?")
		properties[bare] = s.of(value, answered)
		if !optional && answered {
			required = append(required, bare)
		}
	}
	return objectOf(properties, required)
}

// objectOf is the schema of an object.
func objectOf(properties map[string]any, required []string) map[string]any {
	out := map[string]any{"type": "object", "properties": properties}
	if len(required) > 0 {
		slices.Sort(required)
		out["required"] = required
	}
	return out
}

// ofType describes a type. It describes a named struct once, and then refers to it.
func (s schemas) ofType(t reflect.Type, answered bool) map[string]any {
	switch t {
	case reflect.TypeFor[room.Millis]():
		return map[string]any{"type": "integer", "description": "ms"}
	case reflect.TypeFor[json.RawMessage]():
		return map[string]any{}
	case reflect.TypeFor[anyText](), reflect.TypeFor[wireColor](), reflect.TypeFor[anyBool]():
		return map[string]any{"type": []string{"string", "number", "boolean", "null"}}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return s.ofType(t.Elem(), answered)
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.String:
		return map[string]any{"type": "string"}
	case reflect.Float64:
		return map[string]any{"type": "number"}
	case reflect.Int, reflect.Int64, reflect.Int32, reflect.Uint64:
		return map[string]any{"type": "integer"}
	case reflect.Slice:
		return map[string]any{"type": "array", "items": s.ofType(t.Elem(), answered)}
	case reflect.Array:
		return map[string]any{"type": "array", "items": s.ofType(t.Elem(), answered), "minItems": t.Len(), "maxItems": t.Len()}
	case reflect.Map:
		return map[string]any{"type": "object", "additionalProperties": s.ofType(t.Elem(), answered)}
	case reflect.Struct:
		if t.Implements(reflect.TypeFor[encoding.TextMarshaler]()) {
			return map[string]any{"type": "string"}
		}
		if t.Name() == "" {
			return s.ofStruct(t, answered)
		}
		name := strings.ToUpper(t.Name()[:1]) + t.Name()[1:]
		if !answered {
			name += "In"
		}
		if _, known := s[name]; !known {
			s[name] = nil // for a type within itself
			s[name] = s.ofStruct(t, answered)
		}
		return map[string]any{"$ref": "#/components/schemas/" + name}
	}
	return map[string]any{}
}

// ofStruct describes a struct by its fields and their tags.
func (s schemas) ofStruct(t reflect.Type, answered bool) map[string]any {
	properties, required := map[string]any{}, []string{}
	s.fields(t, answered, properties, &required)
	return objectOf(properties, required)
}

// fields adds the fields of a struct, including those of embedded ones.
func (s schemas) fields(t reflect.Type, answered bool, properties map[string]any, required *[]string) {
	for f := range t.Fields() {
		tag, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous && tag == "" {
			embedded, always := f.Type, required
			if embedded.Kind() == reflect.Pointer {
				embedded, always = embedded.Elem(), &[]string{} // it may be nil
			}
			s.fields(embedded, answered, properties, always)
			continue
		}
		if !f.IsExported() || tag == "-" {
			continue
		}
		name := tag
		if name == "" {
			name = f.Name
		}
		schema := s.ofType(f.Type, answered)
		if f.Type.Kind() == reflect.Slice && answered && !strings.Contains(options, "omit") {
			schema = map[string]any{"anyOf": []any{schema, map[string]any{"type": "null"}}}
		}
		properties[name] = schema
		if answered && !strings.Contains(options, "omit") {
			*required = append(*required, name)
		}
	}
}
