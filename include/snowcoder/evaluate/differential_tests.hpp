// SPDX-License-Identifier: Apache-2.0
// Tests by comparison, which HumanEval+ and MBPP+ add to their authors' own: on every input of a task (`base_input`,
// `plus_input`; EvoEval's, by rules of its own: evolved_tests.hpp) a sample must agree with the canonical solution. What is an
// input, when two answers agree and which tasks ask something else are EvalPlus's rules (github.com/evalplus/evalplus 0.3.1:
// data/mbpp.py, eval/__init__.py, eval/_special_oracle.py). One thing differs: there a tolerance that one answer called for
// stays for the inputs after it.
#pragma once

#include <string_view>

namespace snowcoder::evaluate {

/// For the examiner. `answers_of(row, solution, finish)`: the canonical solution's answers and seconds, by part, which are
/// found once for all samples of a task. `differ(row, expected, ask, tick, finish)` compares a sample with them:
/// `ask(arguments, seconds)` calls it, `tick(part)` hears which part has been gone through, `finish` ends with an outcome.
inline constexpr std::string_view differential_tests = R"python(
import math, pickle, time
# How JSON's lists become the arguments that MBPP+ means: a letter for each, the last one for all that follow.
mbpp_forms = {
    "t": "2 116 132 143 222 261 273 394 399 421 424 429 470 560 579 596 616 630 726 740 744 809",
    "l": "63 64 70 94 120 237 272 299 400 409 417 438 473 614 780",
    "l=": "75 413 444 753", "=t": "106 750", "s": "115", "fc": "124", "t=": "250 307 405 446 617 720 763 808",
    "u": "259 401 445", "m": "278", "v=": "722", "c": "252", "d": "580 615 791"}
def deeply(v): return tuple([deeply(x) for x in v]) if type(v) is list else v
mbpp_forming = {
    "=": lambda v: v, "t": tuple, "d": deeply, "f": float, "c": complex,
    "l": lambda v: [tuple(x) for x in v], "u": lambda v: tuple([tuple(x) for x in v]),
    "m": lambda v: tuple([tuple(x) if type(x) is list else x for x in v]),
    "s": lambda v: [set(x) if type(x) is list and x else {} for x in v],
    "v": lambda v: {k: tuple(x) for k, x in v.items()}}
def inputs_of(row, part):
    suite, _, number = row["task_id"].rpartition("/")
    form = "="
    if suite == "Mbpp":
        for letters, numbers in mbpp_forms.items():
            if number in numbers.split(): form = letters
    if "inputs" in row and part == "base_input": yield from evolved_inputs(row)
    for arguments in row.get(part) or []:      # Mbpp/793 says {} where it has none
        yield [mbpp_forming[form[min(i, len(form) - 1)]](v) for i, v in enumerate(arguments)]
def is_near(a, b, slack):                      # numpy.allclose with rtol 1e-7
    if isinstance(b, (list, tuple)):
        return isinstance(a, (list, tuple)) and len(a) == len(b) and all(map(is_near, a, b, [slack] * len(b)))
    if not isinstance(a, (int, float, complex)) or not isinstance(b, (int, float, complex)): return False
    return a == b or (abs(b) < float("inf") and abs(a - b) <= slack + 1e-7 * abs(b))
def is_floats(v):
    return isinstance(v, float) or isinstance(v, (list, tuple)) and len(v) > 0 and all([isinstance(x, float) for x in v])
def digit_distance(a, b):                      # numbers of different length are aligned at their ends
    longest = max(len(str(a)), len(str(b)))
    return sum([abs(int(x) - int(y)) for x, y in zip(str(a).zfill(longest), str(b).zfill(longest))])
def pyramid_surface(base, height):             # by the height, where the solution takes that of a side
    return round(base ** 2 + 2 * base * math.sqrt((base / 2) ** 2 + height ** 2))
only_match = ("check_str", "text_match_three", "text_starta_endb")  # whether there is a match counts, not which
def agrees(row, arguments, answer, expected):
    if row["task_id"].startswith("EvoEval/"): return evolved_agrees(row["suite"], row, arguments, answer, expected)
    name, slack = row["entry_point"], row.get("atol", 0)
    if not row["task_id"].startswith("Mbpp/"):
        if name == "find_zero":                # any root will do
            return abs(sum([c * math.pow(answer, i) for i, c in enumerate(*arguments)])) <= slack
    elif name in only_match: return (answer if isinstance(answer, bool) else answer is not None) == expected
    equal = answer == expected
    if row["task_id"].startswith("Mbpp/"):
        if name in ("similar_elements", "find_char_long", "common_in_nested_lists", "extract_singly", "larg_nnum",
                    "intersection_array", "find_dissimilar", "Diff"): equal = set(answer) == set(expected)
        elif name == "are_equivalent": equal = True
        elif name == "sum_div": equal = equal or answer == 0
        elif name == "surface_Area": equal = equal or abs(answer - pyramid_surface(*arguments)) <= slack
        elif name == "digit_distance_nums": equal = equal or answer == digit_distance(*arguments)
    if slack == 0 and is_floats(expected): slack = 1e-6
    if equal or slack == 0: return equal
    return type(answer) is type(expected) and is_near(answer, expected, slack)
def answers_of(row, solution, finish):
    answers = {"base_input": [], "plus_input": []}
    for part, found in answers.items():
        for i, arguments in enumerate(inputs_of(row, part)):
            began = time.monotonic()
            try: answer = solution(*arguments)
            except BaseException as e:
                finish("refused", "the benchmark's own solution ends with %s on %s %d" % (type(e).__name__, part, i))
            try: text = json.dumps(pack(answer, lambda v: None))  # a sample's answer must come this way too
            except MemoryError: text = None
            if text is None or len(text) >= longest_answer:
                finish("refused", "the benchmark's own answer is too large to cross: %s %d" % (part, i))
            unpack(json.loads(text))
            seconds = time.monotonic() - began
            if row["task_id"].startswith("Mbpp/") and row["entry_point"] in only_match: answer = answer is not None
            found.append((answer, seconds))
    return answers
def differ(row, expected, ask, tick, finish):
    for part, known in expected.items():
        for i, (arguments, (right, seconds)) in enumerate(zip(inputs_of(row, part), known)):
            where = part + " " + str(i) + ": "
            try: answer = ask(arguments, seconds)
            except Exception as e: finish("failed", where + type(e).__name__ + (": " + str(e) if str(e) else ""))
            try: same = agrees(row, arguments, answer, right)
            except Exception: same = False
            if not same: finish("failed", where + show(answer) + " is not " + show(right))
        tick(part)
def show(v):
    try: return repr(v)[:120]
    except Exception: return "<" + type(v).__name__ + ">"
)python";

}  // namespace snowcoder::evaluate
