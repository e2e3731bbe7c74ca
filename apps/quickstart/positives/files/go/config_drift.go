// Command config_drift reports how a running configuration differs from the approved one.
//
// Both are JSON documents. The report lists each added, removed or changed value with its path,
// for instance "limits.cpu", in a stable order. Paths can be excluded by prefix,
// because some values are expected to differ. Values under secret-looking names are masked.
package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// Drift is one difference; a nil side means that the value is absent there.
type Drift struct {
	Path     string
	Approved any
	Running  any
}

func (d Drift) String() string {
	return fmt.Sprintf("%s: %s -> %s", d.Path, show(d.Path, d.Approved), show(d.Path, d.Running))
}

func show(path string, value any) string {
	if value == nil {
		return "(absent)"
	}
	lower := strings.ToLower(path)
	if strings.Contains(lower, "password") || strings.Contains(lower, "token") {
		return "(hidden)"
	}
	return fmt.Sprint(value)
}

// flatten stores every leaf of a JSON value under its dotted path.
func flatten(prefix string, value any, leaves map[string]any) {
	switch typed := value.(type) {
	case map[string]any:
		for key, child := range typed {
			flatten(strings.TrimPrefix(prefix+"."+key, "."), child, leaves)
		}
	case []any:
		for i, child := range typed {
			flatten(fmt.Sprintf("%s[%d]", prefix, i), child, leaves)
		}
	default:
		leaves[prefix] = value
	}
}

// Compare returns all differences between two JSON documents, ordered by path.
func Compare(approved, running []byte, ignored ...string) ([]Drift, error) {
	sides := [2]map[string]any{{}, {}}
	for i, document := range [][]byte{approved, running} {
		var value any
		if err := json.Unmarshal(document, &value); err != nil {
			return nil, fmt.Errorf("document %d: %w", i+1, err)
		}
		flatten("", value, sides[i])
	}
	paths := maps.Clone(sides[0])
	maps.Copy(paths, sides[1])

	var drifts []Drift
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		hasPrefix := func(prefix string) bool { return strings.HasPrefix(path, prefix) }
		before, after := sides[0][path], sides[1][path]
		if !reflect.DeepEqual(before, after) && !slices.ContainsFunc(ignored, hasPrefix) {
			drifts = append(drifts, Drift{path, before, after})
		}
	}
	return drifts, nil
}

func main() {
	approved := `{"limits": {"cpu": 2, "memory": "1G"}, "hosts": ["a", "b"], "token": "x1"}`
	running := `{"limits": {"cpu": 4, "memory": "1G"}, "hosts": ["a"], "token": "x2", "pid": 7}`
	drifts, err := Compare([]byte(approved), []byte(running), "pid")
	if err != nil {
		fmt.Println("cannot compare:", err)
		return
	}
	for _, drift := range drifts {
		fmt.Println(drift)
	}
}
