// Command version_range tells which plugin releases satisfy a version constraint.
//
// Versions have three numbers and an optional pre-release label. A constraint is a list of
// comparisons that must all hold, such as ">=1.4.0 <2.0.0". Pre-releases come before their release.
package main

import (
	"cmp"
	"fmt"
	"strings"
)

// Version is a parsed version number; an empty Label marks a final release.
type Version struct {
	Major, Minor, Patch int
	Label               string
}

// ParseVersion reads text such as "1.4.0" or "2.0.0-rc1".
func ParseVersion(text string) (Version, error) {
	numbers, label, _ := strings.Cut(text, "-")
	v := Version{Label: label}
	_, err := fmt.Sscanf(numbers, "%d.%d.%d", &v.Major, &v.Minor, &v.Patch)
	if err != nil || fmt.Sprintf("%d.%d.%d", v.Major, v.Minor, v.Patch) != numbers {
		return Version{}, fmt.Errorf("version %q is not of the form 1.2.3", text)
	}
	return v, nil
}

// Compare returns a negative, zero or positive number like cmp.Compare.
func (v Version) Compare(other Version) int {
	if order := cmp.Or(
		cmp.Compare(v.Major, other.Major),
		cmp.Compare(v.Minor, other.Minor),
		cmp.Compare(v.Patch, other.Patch),
	); order != 0 || v.Label == other.Label {
		return order
	}
	switch {
	case v.Label == "":
		return 1
	case other.Label == "":
		return -1
	}
	return strings.Compare(v.Label, other.Label)
}

var operators = []struct {
	sign  string
	holds func(order int) bool
}{
	{">=", func(order int) bool { return order >= 0 }},
	{"<=", func(order int) bool { return order <= 0 }},
	{">", func(order int) bool { return order > 0 }},
	{"<", func(order int) bool { return order < 0 }},
	{"", func(order int) bool { return order == 0 }},
}

// Satisfies reports whether v meets every comparison in the constraint.
func Satisfies(v Version, constraint string) (bool, error) {
	for _, term := range strings.Fields(constraint) {
		for _, operator := range operators {
			rest, found := strings.CutPrefix(term, operator.sign)
			if !found {
				continue
			}
			bound, err := ParseVersion(rest)
			if err != nil {
				return false, err
			}
			if !operator.holds(v.Compare(bound)) {
				return false, nil
			}
			break
		}
	}
	return true, nil
}

func main() {
	for _, text := range []string{"1.3.9", "1.4.0-beta", "1.4.0", "1.10.2", "2.0.0-rc1", "2.0"} {
		version, err := ParseVersion(text)
		if err != nil {
			fmt.Println(err)
			continue
		}
		fits, _ := Satisfies(version, ">=1.4.0 <2.0.0")
		fmt.Printf("%-10s %v\n", text, fits)
	}
}
