// SPDX-License-Identifier: Apache-2.0
// EvoEval's tests: inputs are Python's text, answers agree when they are of one kind and near, and some tasks take any right
// answer. Rules of github.com/evo-eval/evoeval 0.1.0 (evaluate.py, eval_test/).
#pragma once

#include <string_view>

namespace snowcoder::evaluate {

/// For differential_tests.hpp. `evolved_inputs(row)`: arguments by arguments. `evolved_agrees(suite, row, arguments, answer,
/// expected)`: whether an answer will do, or an exception where it is none of that kind.
inline constexpr std::string_view evolved_tests = R"python(
def evolved_inputs(row):
    for text in row["inputs"]: yield eval("[" + text + "]", {})
def evolved_kind(v):                           # a list of floats is a float, and so is an empty one
    if v is None: return "none"
    for kind in (bool, int, str):
        if isinstance(v, kind): return kind
    if isinstance(v, float) or isinstance(v, (list, tuple)) and all([isinstance(x, float) for x in v]): return float
    for kind in (tuple, list, dict, set, type):
        if isinstance(v, kind): return kind
def evolved_near(a, b):                        # numpy.allclose(a, b, equal_nan=True, atol=1e-6), which repeats what is single
    a, b = [[v] if isinstance(v, float) else v for v in (a, b)]
    if len(a) != len(b) and 1 not in (len(a), len(b)): return False
    if len(a) == 1: a = a * len(b)
    if len(b) == 1: b = b * len(a)
    def near(x, y): return x == y or x != x and y != y or abs(y) < math.inf and abs(x - y) <= 1e-6 + 1e-5 * abs(y)
    return all([near(x, y) for x, y in zip(a, b)])
def evolved_equal(expected, answer):
    kind = evolved_kind(expected)
    if kind != evolved_kind(answer): return False
    if kind is float: return evolved_near(expected, answer)
    if kind in (list, tuple): return len(expected) == len(answer) and all(map(evolved_equal, expected, answer))
    if kind is dict:
        return len(expected) == len(answer) and all([k in answer and evolved_equal(v, answer[k]) for k, v in expected.items()])
    return expected == answer
def evolved_value(coefficients, x): return sum([c * math.pow(x, i) for i, c in enumerate(coefficients)])
def longer_palindrome(start, answer, expected):
    return len(answer) == len(expected) and answer.startswith(start) and answer.lower() == answer[::-1].lower()
def root_between(coefficients, interval, answer, expected):
    if expected is None: return answer is None
    return interval[0] <= answer <= interval[1] and abs(evolved_value(coefficients, answer)) <= 2e-2
def root_of_even(coefficients, answer, expected):  # the first two, then those of even powers
    whole = coefficients[:2] + [c for x in coefficients[2:] for c in (0, x)]
    return abs(evolved_value(whole, answer)) <= 1e-6
def maze_moves(maze, start, end, answer, expected):
    if not expected: return answer == []
    steps, at = {"right": (0, 1), "left": (0, -1), "up": (-1, 0), "down": (1, 0)}, start
    for move in answer:
        at = (at[0] + steps[move][0], at[1] + steps[move][1])
        if maze[at[0]][at[1]] == 1: return False
    return at == end
def maze_path(maze, start, end, answer, expected):
    if not expected: return answer == []
    if answer[0] != start or answer[-1] != end or maze[start[0]][start[0]] == 0: return False  # start twice, as there
    return all([maze[x][y] != 0 and abs(x - a) + abs(y - b) == 1 for (a, b), (x, y) in zip(answer, answer[1:])])
def factors_at(numbers, target, answer, expected):
    if expected == "No magic today": return answer == expected
    if not isinstance(answer, tuple): return False
    i, j = answer
    return 0 <= i < j < len(numbers) and numbers[i] * numbers[j] == target
evolved_oracles = {
    ("difficult", "10"): longer_palindrome, ("difficult", "32"): root_between, ("subtle", "32"): root_of_even,
    ("creative", "26"): maze_moves, ("creative", "30"): maze_path, ("creative", "69"): factors_at}
def evolved_agrees(suite, row, arguments, answer, expected):
    for (part, number), oracle in evolved_oracles.items():
        if part in suite.lower() and row["task_id"] == "EvoEval/" + number: return oracle(*arguments, answer, expected)
    return evolved_equal(expected, answer)
)python";

}  // namespace snowcoder::evaluate
